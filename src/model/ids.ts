// Identifiers, each with the one place that mints it; branded so that one can't be passed for another.

declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** Bare JID of a person, prepared (RFC 7622). Minted by the XMPP side; opaque to everyone else. */
export type UserId = Brand<'UserId'>;

/** Full JID of one of a person's clients, prepared. Minted by the XMPP side; opaque to everyone else. */
export type ResourceId = Brand<'ResourceId'>;

/** Component domain of a gateway. Minted by the configuration. */
export type GatewayId = Brand<'GatewayId'>;

/**
 * A channel, room, or one-to-one thread, in the network's own canonical written form (`#verona%libera`, `benvolio%libera`,
 * `!room:example.org`, `+15551234567`). Minted by the adapter; unique within the gateway; the same for all users.
 * Bytes that are not UTF-8 stand as lone surrogates U+DC80 to U+DCFF. Empty: the only server of a gateway fixed to one.
 */
export type ConversationId = Brand<'ConversationId'>;

/** A person in a conversation, unique within the gateway. Minted by the adapter. */
export type ParticipantId = Brand<'ParticipantId'>;

/** A message as the network names it, or as the adapter does where the network has no ids. Unique within its conversation. */
export type MessageId = Brand<'MessageId'>;

/** Which of a user's accounts on a gateway: IRC has one per server; where there can be only one it is empty. Minted by the adapter. */
export type AccountKey = Brand<'AccountKey'>;

/** Commands with the same lane key are performed one after the other. Minted by the adapter. */
export type LaneKey = Brand<'LaneKey'>;

export const userId = (text: string): UserId => text as UserId;
export const resourceId = (text: string): ResourceId => text as ResourceId;
export const gatewayId = (text: string): GatewayId => text as GatewayId;
export const conversationId = (text: string): ConversationId => text as ConversationId;
export const participantId = (text: string): ParticipantId => text as ParticipantId;
export const messageId = (text: string): MessageId => text as MessageId;
export const accountKey = (text: string): AccountKey => text as AccountKey;
export const laneKey = (text: string): LaneKey => text as LaneKey;
