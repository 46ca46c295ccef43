// What we use of @xmpp/client 0.14.0, which comes without types.

declare module '@xmpp/client' {
  interface XmlElement {
    readonly name: string;
    readonly attrs: Record<string, string | undefined>;
    is(name: string, xmlns?: string): boolean;
    getChild(name: string, xmlns?: string): XmlElement | undefined;
    getChildren(name: string, xmlns?: string): XmlElement[];
    getChildText(name: string, xmlns?: string): string | null;
    toString(): string;
  }

  interface XmppEntity {
    readonly iqCaller: { request(stanza: XmlElement, timeoutMs?: number): Promise<XmlElement> };
    on(event: 'element' | 'send', listener: (stanza: XmlElement) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    send(stanza: XmlElement): Promise<void>;
    start(): Promise<{ toString(): string }>;
    stop(): Promise<unknown>;
  }

  export function client(options: {
    readonly service: string;
    readonly domain: string;
    readonly username: string;
    readonly password: string;
    readonly resource?: string;
  }): XmppEntity;
  export function xml(
    name: string,
    attrs?: Readonly<Record<string, string | undefined>>,
    ...children: readonly (XmlElement | string)[]
  ): XmlElement;
  export type { XmlElement, XmppEntity };
}
