// The texts for people that stand in the sources: what a catalogue must have, and those that could not be in one since they are plain
// strings where words are wanted. Read with the TypeScript compiler, whose types say where that is.

import {
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isSatisfiesExpression,
  isStringLiteral,
  isTaggedTemplateExpression,
  isTemplateExpression,
  isVariableDeclaration,
  type Expression,
  type Node,
  type SourceFile,
  type TaggedTemplateExpression,
} from 'typescript/unstable/ast';
import type { FileSystem } from 'typescript/unstable/fs';
import { API, type Checker } from 'typescript/unstable/sync';

/** One text, or its two English forms. */
export type EnglishText = string | { readonly one: string; readonly other: string };

export interface Texts {
  /** By key, which is the English itself, of which the one for many. */
  readonly texts: ReadonlyMap<string, EnglishText>;
  /** What is wrong: file, line and text. */
  readonly wrong: readonly string[];
}

const LETTERS = /\p{L}{2}/u;
const hasLetters = (text: string): boolean => LETTERS.test(text.replaceAll(/\{\d+\}/g, ' '));
/** Where words are wanted, by the name that the compiler has for the type. */
const WANTED = /\b(Text|Words)\b/;
const SENTENCE = /^\p{Lu}[^]*\s[^]*[.?!…]$/u;
const READ: ReadonlySet<string> = new Set(['label', 'help']);
/** Logs and programmers read English; so does who says so. */
const FOR_EXPERTS: ReadonlySet<string> = new Set([
  'debug',
  'info',
  'warn',
  'error',
  'Error',
  'TypeError',
  'RangeError',
]);

/** Of all sources of a project; `files` stand in for the disk in tests. */
export function textsIn(config: string, isRead: (path: string) => boolean, fs?: FileSystem): Texts {
  const api = new API({ ...(fs !== undefined && { fs }) });
  try {
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
    if (project === undefined) throw new Error(`${config} is no project`);
    const reading = new Reading(project.checker);
    for (const path of [...project.rootFiles].sort()) {
      const source = isRead(path) ? project.program.getSourceFile(path) : undefined;
      if (source !== undefined) reading.read(source);
    }
    return reading;
  } finally {
    api.close();
  }
}

class Reading implements Texts {
  readonly texts = new Map<string, EnglishText>();
  readonly wrong: string[] = [];
  readonly #checker: Checker;
  #source: SourceFile | undefined;

  constructor(checker: Checker) {
    this.#checker = checker;
  }

  read(source: SourceFile): void {
    this.#source = source;
    this.#visit(source, false);
  }

  /** `isExpert`: within what is for logs and programmers. */
  #visit(node: Node, isExpert: boolean): void {
    if (isTaggedTemplateExpression(node) && isNamed(node.tag, 'words')) {
      this.#note(node, templateOf(node));
      this.#visitArguments(node, isExpert);
      return;
    }
    if (isCallExpression(node) && isNamed(node.expression, 'plural')) {
      this.#plural(node, node.arguments, isExpert);
      return;
    }
    if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) this.#plain(node, node.text, isExpert);
    else if (isTemplateExpression(node)) {
      this.#plain(
        node,
        [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('{0}'),
        isExpert,
      );
    }
    const within = isExpert || isForExperts(node);
    node.forEachChild((child) => this.#visit(child, within));
  }

  #visitArguments({ template }: TaggedTemplateExpression, isExpert: boolean): void {
    if (isTemplateExpression(template))
      for (const { expression } of template.templateSpans) this.#visit(expression, isExpert);
  }

  #plural(node: Node, [count, one, other]: readonly Expression[], isExpert: boolean): void {
    if (!isWords(one) || !isWords(other)) {
      this.#complain(node, 'plural() takes its two texts as words`...` in place');
      return;
    }
    if (count !== undefined) this.#visit(count, isExpert);
    this.#note(node, { one: templateOf(one), other: templateOf(other) });
    this.#visitArguments(one, isExpert);
    this.#visitArguments(other, isExpert);
  }

  #note(node: Node, text: EnglishText): void {
    const key = typeof text === 'string' ? text : text.other;
    const known = this.texts.get(key);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(text))
      this.#complain(node, `counts something in one place and not in another: ${key}`);
    else if (hasLetters(key)) this.texts.set(key, text);
  }

  #plain(node: Expression, text: string, isExpert: boolean): void {
    if (!hasLetters(text)) return;
    const type = this.#checker.getContextualType(node);
    const isWanted = type !== undefined && WANTED.test(this.#checker.typeToString(type));
    if (isWanted || (!isExpert && (SENTENCE.test(text) || isRead(node))))
      this.#complain(node, `is no words\`...\`: ${text}`);
  }

  #complain(node: Node, what: string): void {
    const { text = '', fileName = '' } = this.#source ?? {};
    const line = text.slice(0, node.getStart(this.#source)).split('\n').length;
    this.wrong.push(`${fileName}:${line}: ${what}`);
  }
}

/** Stands under a name that says so, of whatever type: a class may have a property before its interface is seen. */
const isRead = ({ parent }: Node): boolean => isPropertyAssignment(parent) && READ.has(parent.name.getText());

const isNamed = (node: Node, name: string): boolean => isIdentifier(node) && node.text === name;

const isWords = (node: Expression | undefined): node is TaggedTemplateExpression =>
  node !== undefined && isTaggedTemplateExpression(node) && isNamed(node.tag, 'words');

function templateOf({ template }: TaggedTemplateExpression): string {
  if (!isTemplateExpression(template)) return template.text;
  const spans = template.templateSpans.map(({ literal }, at) => `{${at}}${literal.text}`);
  return template.head.text + spans.join('');
}

/** A call that logs, an error that no person is told, or a part of the configuration. */
function isForExperts(node: Node): boolean {
  if (isVariableDeclaration(node) || isSatisfiesExpression(node))
    return /\bConfigField\b/.test(node.type?.getText() ?? '');
  if (isCallExpression(node) && isNamed(node.expression, 'wrongSetting')) return true;
  if (isNewExpression(node)) return isIdentifier(node.expression) && FOR_EXPERTS.has(node.expression.text);
  return (
    isCallExpression(node) && isPropertyAccessExpression(node.expression) && FOR_EXPERTS.has(node.expression.name.text)
  );
}
