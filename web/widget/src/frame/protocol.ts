/** The words the frame, the loader and the server exchange (docs/WIDGET.md). */

export interface Attachment {
  id: string;
  kind: 'image' | 'video' | 'audio' | 'file';
  name: string;
  contentType: string;
  sizeBytes: number;
  width?: number | null;
  height?: number | null;
  /** Signed, same-origin path that expires after an hour. */
  url: string;
  thumbnailUrl?: string | null;
}

export interface Message {
  /** Position in the conversation. Has gaps: notes are not shown to visitors. */
  seq: number;
  id: string;
  clientMessageId?: string | null;
  author: { kind: 'contact' | 'agent' | 'system'; name?: string | null };
  text?: string | null;
  attachments: Attachment[];
  createdAt: string;
  deleted?: boolean;
  edited?: boolean;
}

export interface Page {
  messages: Message[];
  lastSeq: number;
  agentReadSeq: number;
  contactReadSeq: number;
  more: boolean;
}

export interface Field {
  key: string;
  label: string;
  type: string;
  required: boolean;
}

export interface Config {
  name: string;
  color: string;
  position: string;
  welcomeTitle?: string | null;
  welcomeText?: string | null;
  replyTimeText?: string | null;
  open: boolean;
  nextOpening?: string | null;
  offlineText?: string | null;
  preChat?: Field[];
  identityMode?: 'off' | 'optional' | 'required';
  attachments?: boolean;
  emoji?: boolean;
  limits?: { textChars: number; fileBytes: number };
}

export interface Session {
  sessionToken: string;
  visitorToken: string;
  contact: { name?: string | null; email?: string | null; verified: boolean };
  expiresAt: string;
  hasConversation: boolean;
  unread: number;
}

/** Who the host page says the visitor is; the server checks the proof. */
export interface Identity {
  jwt?: string;
  userId?: string;
  userHash?: string;
}

export interface PageRef {
  url: string;
  title: string;
}

/** What is posted for one message. Kept whole, so that a repeat has the same body. */
export interface MessageBody {
  clientMessageId: string;
  text?: string;
  attachmentIds?: string[];
  page?: PageRef;
  preChat?: Record<string, string | boolean>;
  sentAt: string;
}

/** Frames the server sends over the socket. Unknown types are ignored. */
export type ServerFrame =
  | { type: 'hello'; seq: number; open?: boolean; agentsOnline?: boolean }
  | { type: 'message' | 'update'; message: Message }
  | { type: 'typing'; on: boolean; name?: string | null }
  | { type: 'seen' | 'contactSeen'; seq: number }
  | { type: 'resync'; reason?: string }
  | { type: 'error'; code: string; retryAfterMs?: number }
  | { type: 'pong' };
