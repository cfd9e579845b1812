/**
 * Forms of English words that a stemmer does not bring together: irregular ones (paid, children), and British beside American spelling. What
 * a word becomes need not be a word: it is the same for all forms, in texts and in queries.
 *
 * Left out are forms that are words of their own as often (left, saw, found, ground, rose): whoever asks for one would be shown the other.
 */

/** A base and its irregular forms, by hand from what grammars of English list; forms that a stemmer finds are not repeated. */
const IRREGULAR = `
  arise arose arisen; awake awoke awoken; be am is are was were been being; become became; begin began begun; bend bent; bite bitten;
  bleed bled; blow blew blown; break broke broken; breed bred; bring brought; build built; burn burnt; buy bought; catch caught;
  choose chose chosen; come came; creep crept; deal dealt; dig dug; do did done does; draw drew drawn; dream dreamt; drink drank drunk;
  drive drove driven; eat ate eaten; fall fallen; feed fed; fight fought; flee fled; fly flew flown; forbid forbade forbidden;
  forget forgot forgotten; forgive forgave forgiven; freeze froze frozen; get got gotten; give gave given; go went gone goes;
  grow grew grown; hang hung; have has had having; hear heard; hide hid hidden; hold held; keep kept; kneel knelt; know knew known;
  lead led; leap leapt; learn learnt; lend lent; lose lost; make made; mean meant; meet met; mistake mistook mistaken; pay paid;
  overcome overcame; oversee oversaw overseen; overtake overtook overtaken; prepay prepaid; repay repaid; rebuild rebuilt; resell resold;
  rewrite rewrote rewritten; ride ridden; rise risen; run ran; say said; see seen; seek sought; sell sold; send sent;
  resend resent; sew sewn; shake shook shaken; shine shone; shoot shot; show shown; shrink shrank shrunk; sing sang sung; sink sank sunk;
  sit sat; sleep slept; slide slid; speak spoke spoken; spend spent; spoil spoilt; stand stood; steal stole stolen; stick stuck;
  strike struck; swear swore sworn; sweep swept; swim swam swum; take took taken; teach taught; tear tore torn; tell told; think thought;
  throw threw thrown; understand understood; undertake undertook undertaken; undo undid undone; wake woke woken; wear wore worn;
  weep wept; win won; withdraw withdrew withdrawn; withhold withheld; write wrote written;
  child children; man men; woman women; person people; foot feet; tooth teeth; goose geese; mouse mice; ox oxen; knife knives; life lives;
  wife wives; leaf leaves; shelf shelves; half halves; loaf loaves; thief thieves; wolf wolves; calf calves; self selves; scarf scarves;
  analysis analyses; basis bases; crisis crises; diagnosis diagnoses; hypothesis hypotheses; thesis theses; axis axes;
  synthesis syntheses; parenthesis parentheses; criterion criteria; phenomenon phenomena; datum data; medium media;
  bacterium bacteria; curriculum curricula; memorandum memoranda; appendix appendices; index indices; matrix matrices; vertex vertices;
  focus foci; stimulus stimuli; nucleus nuclei; radius radii; fungus fungi; alumnus alumni; salesman salesmen; workman workmen;
  chairman chairmen; businessman businessmen; craftsman craftsmen; tradesman tradesmen; fireman firemen; policeman policemen;
  good better best; bad worse worst; far further furthest;
  check cheque; checks cheques; program programme; programs programmes; gray grey; tire tyre; tires tyres; jewelry jewellery;
  aluminum aluminium; pajamas pyjamas; mold mould; molds moulds; aging ageing; judgment judgement; cozy cosy; skeptical sceptical;
  maneuver manoeuvre; airplane aeroplane; enroll enrol; enrollment enrolment; fulfill fulfil; fulfillment fulfilment;
  installment instalment; installments instalments; skillful skilful; inquiry enquiry; inquiries enquiries; sulfur sulphur;
  practice practise; license licence; licenses licences; defense defence; offense offence; pretense pretence;
  acknowledgment acknowledgement; mom mum; plow plough; draft draught; curb kerb; math maths; mustache moustache;
  pediatric paediatric; orthopedic orthopaedic; anesthetic anaesthetic; anemia anaemia; diarrhea diarrhoea; hemoglobin haemoglobin;
  estrogen oestrogen; practices practises; practicing practising; practiced practised; maneuvers manoeuvres`;

const BASE = new Map(
  IRREGULAR.split(';').flatMap((line) => {
    const [base = '', ...forms] = line.trim().split(/\s+/);
    return forms.map((form) => [form, base] as const);
  }),
);

/** British endings as the American ones. A word that only looks like one (promise) changes everywhere, and so finds itself. */
const ENDINGS: [RegExp, string][] = [
  [/(?<=[a-z]{3})is(?=(?:e|es|ed|er|ers|ing|ingly|ation|ations|ely|able|ement|ements)$)/, 'iz'],
  [/(?<=al)ys(?=(?:e|ed|er|ers|ing)$)/, 'yz'],
  [/(?<=[a-z]{3})our(?=(?:s|ed|er|ers|ing|able|ably|ful|less|ite|ites|hood|ly)?$)/, 'or'],
  [/(?<=^(?:centi|kilo|milli)?(?:cent|met|lit|theat|fib|calib|spect|lust|somb))re(?=s?$)/, 'er'],
  [/(?<=(?:catal|dial|anal|monol|prol|epil))ogue(?=s?$)/, 'og'],
];

/** word: in lower case, of the letters a to z. */
export function baseForm(word: string): string {
  const base = BASE.get(word) ?? word;
  return ENDINGS.reduce((form, [ending, other]) => form.replace(ending, other), base);
}
