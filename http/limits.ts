/** Every limit of the HTTP server, with its unit and the reason for its value. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const KIB = 1_024;
const MIB = 1_024 * KIB;

export type HttpLimits = typeof HTTP_LIMITS;
export const HTTP_LIMITS = {
  /** The largest picture, in bytes: a full-size photograph or scan with room to spare. */
  max_bytes: 50 * MIB,
  /** Of a document, and of one page: told to clients that look before they send; inspection refuses what has more. */
  max_pages: 100,
  max_pixels: 80_000_000,
  /** A JSON body. The largest is metadata or a corrected text. */
  max_json_bytes: MIB,
  /** A provider's result: a dense page with the box of each word has 0.5 MB, 100 usual ones have 6 MB. */
  max_callback_bytes: 8 * MIB,
  /** JSON of callers that may send more is parsed here up to so much, which takes some milliseconds; beyond, in a thread. */
  max_inline_json_bytes: 256 * KIB,
  /** One to a task that is no longer under way: a few pages. What is longer is asked for instead, should it still be wanted. */
  max_late_callback_bytes: 256 * KIB,
  /** Bodies of callers that are not known yet, all together: 8 of the longest results at once, and nothing that a process would notice. */
  max_unverified_bytes: 64 * MIB,
  /** Deeper JSON has no use here, and recursion over it would end the stack. */
  max_json_depth: 32,
  /** Values and names in a JSON body: 1,000 corrected pages have 5,000, and `extra` of 16 KiB at most 16,384. So many cost 10 ms, 500,000 would cost 2 s. */
  max_json_values: 20_000,
  /** As the one above, of a store's notification: one of AWS has 52 a record. */
  max_event_json_values: 60_000,
  /** As the one above, of a provider's result: a word has 13, and 8 MiB hold at most 100,000 words. */
  max_callback_json_values: 1_500_000,
  /** The `metadata` part of a form. */
  max_form_json_bytes: 64 * KIB,
  /** Parts of a form: metadata, batch_id, on_duplicate, file, and one to notice that there are more. */
  max_form_parts: 5,
  /** All headers of a request together: Node's own default, named. */
  max_header_bytes: 16 * KIB,
  /** The address, query included: fits the longest query in Chinese, which has nine characters there for each, beside the longest cursor. */
  max_url_chars: 10_240,
  /** Parameters in a query: every filter of the list given as often as it may be are 150. */
  max_query_parameters: 200,
  /** `errors` in one problem: nobody reads more. */
  max_errors: 20,

  /** How long a client may take over its headers: they fit in a few packets. */
  headers_timeout_ms: 20 * SECOND,
  /** How long over a whole request: 50 MiB at 1.4 Mbit/s. */
  request_timeout_ms: 5 * MINUTE,
  /** A socket on which nothing moves, also while we answer; must exceed `wait_max_s`. */
  idle_timeout_ms: 2 * MINUTE,
  /** A kept connection between two requests: above the usual 60 s of a proxy before us. */
  keep_alive_ms: 65 * SECOND,
  /** How often the two timeouts of requests are looked at. */
  timeout_check_ms: 5 * SECOND,
  /** What is left of a refused body is read and thrown away for so long, so that the client gets to read the answer. */
  linger_ms: 5 * SECOND,
  /** A connection whose request could not be read is kept so long after its answer: closed at once, bytes on their way would make the client lose it. */
  refused_linger_ms: SECOND,
  /** Connections that are kept only to let a refused client read its answer; more are closed as soon as their answer is sent. */
  max_lingering: 100,
  /** Connections at once; more are closed at once by the server. */
  max_connections: 10_000,
  /** Connections that wait to be taken: what Linux allows by default is 4,096; a burst of clients fits in. */
  backlog: 511,

  /** The longest `Prefer: wait`, in seconds: below the idle timeout of every usual proxy. */
  wait_max_s: 30,
  /** An upload must begin within this. The machine looks at the store when it is over; see `link_expiry_ms` in machines/limits.ts. */
  link_valid_ms: HOUR,
  /** `complete_url`: as long as the machine awaits an upload. */
  complete_valid_ms: 24 * HOUR,
  /** A redirect to the content is followed at once. */
  read_link_valid_ms: 5 * MINUTE,
  /** `preview_url`, before rounding up to the hour: a page left open for a working day still shows its pictures. */
  preview_valid_ms: 12 * HOUR,
  /** How long a browser shows a preview without asking: what is trashed should be forgotten some time. */
  preview_cache_s: 3_600,
  /** How long it keeps one whose bytes can't change, or shows one while it asks: pictures of last week are there at once. */
  preview_kept_s: 7 * 24 * 3_600,

  /** Hits are made ready for so long at a time, then others are served. */
  slice_ms: 15,
  /** How often a page of search hits is refilled when hits turn out to be gone: each is one search. */
  search_rounds: 5,
  /**
   * Hits that are listed by relevance; those after them by newest. Their marks are in the cursor, 8 characters each. Must exceed what a
   * hybrid search fuses (400), since what only its vector found is not in the list by newest.
   */
  search_ranked: 400,
  /** Withdrawn pictures whose entries a search leaves out. With more, hits are still looked up, but totals are not exact. */
  search_withdrawn: 500,
  /** Saved texts of a page of hits, in characters of their JSON: 200 pictures of ten full pages. Hits beyond show no passages. */
  search_text_chars: 8_000_000,
  /** A recognition whose words are looked for, in characters of its JSON: 50 dense pages. The hit of a longer one has no boxes. */
  search_recognition_chars: 12_000_000,
  /** The query's vector is worth this wait; then a hybrid search goes on without it. */
  search_embed_ms: 5 * SECOND,
  /** Readers of events a process: each is an open connection and a small timer. */
  event_readers: 1_000,
  /** Events written at once to one reader. */
  events_page: 200,
  /** How often a stream of events looks whether its key or session still holds: one look-up. */
  access_look_ms: 5 * SECOND,
  /** How soon an operator who reads events is told that a part has changed. */
  part_look_ms: SECOND,
  /** A session ends so long after its last use: who comes by once a month stays signed in. */
  session_valid_ms: 30 * 24 * HOUR,
  /** The end of a session is moved this often at most: a write. */
  session_slide_ms: HOUR,
  /** A comment keeps a quiet stream of events open: below the idle timeout of every usual proxy, and of our own. */
  heartbeat_ms: 15 * SECOND,
  /** Points that a key may spend in a window: 100 requests a second, or 20 searches. What a person does is far below; import and watch wait when they get 429. */
  key_points: 1_000,
  /** As many of an address, by requests that show no key: links, probes, and what is refused, which costs 5. A page of 200 previews, 15 times. */
  address_points: 3_000,
  /** A search costs a point for so many hits that it asks for, and at least 5 points: each hit is one to two milliseconds of the loop. */
  hits_a_point: 5,
  /** A JSON body costs a point more for so much of its length: 1 MiB is 20 ms of the loop, so that a key has 1.5 of them a second. */
  body_bytes_a_point: 16 * KIB,
  /** The window of both, in seconds: whoever was over may go on soon. */
  rate_window_s: 10,
  /** Requests that a client may send on one connection before the first is answered: none that is usual sends a second one. */
  max_pipelined: 16,
  /** Of one key: at once; more wait in line. All requests share one loop, so that each is a delay of others. */
  max_requests_under_way: 8,
  /** As the one above, of searches, which share one index. */
  max_searches_under_way: 2,
  /** As the one above, of forms with files: each that comes fast takes up to a millisecond of every turn of the loop. */
  max_uploads_under_way: 8,
  /** Of one key, in each of these lines. */
  max_requests_waiting: 200,
  /** Of one key: requests with `Prefer: wait` that wait. Each is a timer and a connection. */
  max_waits: 200,
  /** Of one key: readers of events; as many windows are open of one web app. */
  max_event_readers: 20,
  /** Pictures of an organisation, those in the trash too: lists, counts and searches are measured with 100,000, and are flat. */
  quota_pictures: 1_000_000,
  /** Bytes of their originals, and of those that are announced: a disk of a server. */
  quota_bytes: 1_024 * 1_024 * MIB,
  /** Uploads of an organisation that were announced and have not come. */
  max_awaited: 10_000,
  /** Their bytes. */
  max_announced_bytes: 100 * 1_024 * MIB,
  /** Pictures of one bulk change that are changed at once: a commit takes those that arrive together, and others are served in between. */
  bulk_at_once: 8,
  /** Between asking again what was not available. */
  retry_after_s: 5,
};
