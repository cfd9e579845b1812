/** The fields that a picture is found by, and how they are stored. */
import { APART, type Stream, stored } from './analyse.ts';
import { soundTokens } from './pinyin.ts';

/** What is searched of a saved text. */
export type Document = {
  title: string | null;
  description: string | null;
  tags: string[];
  filename: string;
  pages: { page: number; text: string }[];
};

export const FIELDS = ['title', 'description', 'tags', 'filename', 'text'] as const;
export type Field = (typeof FIELDS)[number];

/** The passages of each field: no phrase reaches from one into the next. */
export const passages = ({ title, description, tags, filename, pages }: Document): Record<Field, string[]> => ({
  title: title === null ? [] : [title],
  description: description === null ? [] : [description],
  tags,
  filename: [filename],
  text: pages.map(({ text }) => text),
});

type Stored = Record<Stream, string>;
/** What is read of a document: tokens with a space between, a stream of each field. */
export function storedFields(document: Document): Record<Field, Stored> {
  const { title, description, tags, filename, text } = passages(document);
  return {
    title: stored(title),
    description: stored(description),
    tags: stored(tags),
    filename: stored(filename),
    text: stored(text),
  };
}

/** What an index stores: the same, and by which sounds a title, tags and a file name are found. */
export function indexedFields(document: Document): Record<Field, Stored> {
  const fields = storedFields(document);
  const { title, tags, filename } = fields;
  return { ...fields, title: withSounds(title), tags: withSounds(tags), filename: withSounds(filename) };
}
function withSounds({ grams, plain }: Stored): Stored {
  const sounds = soundTokens(plain);
  return { grams: sounds.length === 0 ? grams : [grams, APART, ...sounds].join(' '), plain };
}

/** A tag as `tag:` compares it: whoever types one does not think of its case or width. */
export const foldTag = (tag: string): string => tag.normalize('NFKC').trim().toLowerCase();
