extension ErrorCode {
  /// What the specification's table says about a code.
  struct Row {
    let name: String
    let scope: ErrorScope
    let retry: RetryClass
    let sentence: String

    init(_ name: String, _ scope: ErrorScope, _ retry: RetryClass, _ sentence: String) {
      self.name = name
      self.scope = scope
      self.retry = retry
      self.sentence = sentence
    }
  }

  /// Every assigned code, in ascending order.
  public static var assigned: [Self] { table.keys.sorted { $0.rawValue < $1.rawValue } }

  static let table: [Self: Row] = [
    .version: Row("VERSION", .connection, .never, "no common version, or an unknown critical extension"),
    .protocol: Row("PROTOCOL", .connection, .never, "the peer broke a rule of the protocol"),
    .headerCRC: Row("HEADER_CRC", .connection, .atOnce, "a frame header was damaged on its way"),
    .payloadCRC: Row("PAYLOAD_CRC", .request, .atOnce, "a payload was damaged on its way"),
    .sequence: Row("SEQ", .connection, .atOnce, "a frame was lost, doubled or reordered"),
    .limit: Row("LIMIT", .connection, .never, "a frame is larger than its type allows"),
    .credit: Row("CREDIT", .connection, .never, "more bytes or requests were sent than the server granted"),
    .codec: Row("CODEC", .request, .never, "a compressed payload breaks the strict zstd profile"),
    .sizeMismatch: Row("SIZE_MISMATCH", .request, .never, "the bytes received are not as many as announced"),
    .authentication: Row("AUTH", .connection, .never, "the token was refused or is missing"),
    .calm: Row("CALM", .connection, .afterDelay, "too many pings, cancels or errors; slow down"),
    .timeout: Row("TIMEOUT", .connection, .atOnce, "the peer took too long"),
    .unknownModel: Row("UNKNOWN_MODEL", .request, .never, "no such model or generation is loaded"),
    .badShape: Row("BAD_SHAPE", .request, .never, "width, height and size do not suit each other or the model"),
    .badImage: Row("BAD_IMAGE", .request, .never, "the image could not be decoded"),
    .unsupported: Row("UNSUPPORTED", .request, .never, "the server does not offer this encoding, layout or output"),
    .digest: Row("DIGEST", .request, .atOnce, "the digest differs from the one announced"),
    .tooLarge: Row("TOO_LARGE", .request, .never, "the image or its result is over the server's limits"),
    .overloaded: Row("OVERLOADED", .request, .afterDelay, "the server is busy"),
    .deadline: Row("DEADLINE", .request, .never, "the request's time ran out"),
    .cancelled: Row("CANCELLED", .request, .never, "the client cancelled the request"),
    .draining: Row("DRAINING", .request, .anotherServer, "the server is going away"),
    .memoryBudget: Row("MEMORY_BUDGET", .request, .afterDelay, "the server's memory budget is spent"),
    .notReady: Row("NOT_READY", .request, .afterDelay, "the model is loading or failing its self-test"),
    .internal: Row("INTERNAL", .request, .anotherServer, "the server is at fault"),
    .nonfiniteOutput: Row("NONFINITE_OUTPUT", .request, .never, "the model produced a number that is not finite"),
    .modelFault: Row("MODEL_FAULT", .request, .anotherServer, "the model failed"),
  ]

  /// What the code usually ends; an unassigned code ends one request.
  public var scope: ErrorScope { Self.table[self]?.scope ?? .request }

  /// Whether to try again, as the table says; never for an unassigned code.
  public var retry: RetryClass { Self.table[self]?.retry ?? .never }

  /// One general clause for people, free of anything internal.
  public var sentence: String { Self.table[self]?.sentence ?? "an error this version does not know" }
}

extension ErrorCode: CustomStringConvertible {
  /// The name in the specification, such as `BAD_SHAPE`, or `CODE_7000` for an unassigned code.
  public var description: String { Self.table[self]?.name ?? "CODE_\(rawValue)" }
}
