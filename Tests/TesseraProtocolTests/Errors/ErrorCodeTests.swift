import Testing

@testable import TesseraProtocol

@Suite struct ErrorCodeTests {
  /// The specification's table: code, name, scope, retry.
  private let rows: [(UInt16, String, UInt8, UInt8)] = [
    (1, "VERSION", 1, 0), (2, "PROTOCOL", 1, 0), (3, "HEADER_CRC", 1, 1), (4, "PAYLOAD_CRC", 0, 1), (5, "SEQ", 1, 1),
    (6, "LIMIT", 1, 0), (7, "CREDIT", 1, 0), (8, "CODEC", 0, 0), (9, "SIZE_MISMATCH", 0, 0), (10, "AUTH", 1, 0),
    (11, "CALM", 1, 3), (12, "TIMEOUT", 1, 1), (100, "UNKNOWN_MODEL", 0, 0), (101, "BAD_SHAPE", 0, 0),
    (102, "BAD_IMAGE", 0, 0), (103, "UNSUPPORTED", 0, 0), (104, "DIGEST", 0, 1), (105, "TOO_LARGE", 0, 0),
    (200, "OVERLOADED", 0, 3), (201, "DEADLINE", 0, 0), (202, "CANCELLED", 0, 0), (203, "DRAINING", 0, 2),
    (204, "MEMORY_BUDGET", 0, 3), (205, "NOT_READY", 0, 3), (300, "INTERNAL", 0, 2),
    (301, "NONFINITE_OUTPUT", 0, 0), (302, "MODEL_FAULT", 0, 2),
  ]

  @Test func agreesWithTheTable() {
    #expect(ErrorCode.assigned.map(\.rawValue) == rows.map(\.0))
    for (number, name, scope, retry) in rows {
      let code = ErrorCode(rawValue: number)
      #expect(code.description == name)
      #expect(code.scope.rawValue == scope)
      #expect(code.retry.rawValue == retry)
    }
  }

  @Test func toleratesUnknownCodes() {
    let code = ErrorCode(rawValue: 7000)
    #expect(code.description == "CODE_7000")
    #expect(code.scope == .request)
    #expect(code.retry == .never)
  }

  @Test func saysWhatToDo() {
    let error = SegmentationError(.overloaded, retryAfter: .seconds(2))
    #expect(error.description == "OVERLOADED: the server is busy; try again in 2.0 seconds")
  }
}
