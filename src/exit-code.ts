/** The exit codes of the command, after sysexits.h where it has one. The README and docs/clients.md list them. */
export const EXIT_CODE = {
  ok: 0,
  /** The connection was lost, the relay ended the chat, or it refused the name and the input had no other one. */
  lost: 1,
  /**
   * A server or a client under test does something that the pages of the protocol do not say; a relay is not well; there is
   * nobody whom an operator means.
   */
  notOk: 1,
  /** The arguments are wrong. */
  usage: 64,
  /** A port or an address that cannot be had, a host that cannot be reached. */
  unavailable: 69,
  /** A file or directory that cannot be made or read. */
  cannotCreate: 73,
  /** The server at that address speaks another protocol. */
  otherProtocol: 76,
  /** The admin socket is for another user. */
  noPermission: 77,
  /** The configuration is wrong. */
  config: 78,
  /** Ctrl-C. */
  interrupted: 130,
} as const
