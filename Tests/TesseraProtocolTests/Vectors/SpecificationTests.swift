import Foundation
import Testing

@testable import TesseraProtocol

/// What `Protocol/SPEC.md` says in tables and bytes is what this library does.
@Suite struct SpecificationTests {
  private func specification() throws -> String {
    try String(contentsOf: VectorFile.folder.appending(path: "../SPEC.md"), encoding: .utf8)
  }

  /// The cells of every row of a section's tables, without padding.
  private func rows(ofSection title: String) throws -> [[String]] {
    let text = try specification()
    let start = try #require(text.range(of: "\n## \(title)\n"))
    let section = text[start.upperBound...]
    let end = section.range(of: "\n## ")?.lowerBound ?? section.endIndex
    return section[..<end].split(separator: "\n").filter { $0.hasPrefix("|") }.map { line in
      line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  @Test func theWorkedExampleIsTheVector() throws {
    let text = try specification()
    let vector = try #require(VectorFile.validExchanges().first { $0.name == "exchange-minimal-client" })
    let start = try #require(text.range(of: "<!-- exchange-minimal-client -->\n```\n"))
    let block = text[start.upperBound...]
    let end = try #require(block.range(of: "\n```"))
    let lines = block[..<end.lowerBound].split(separator: "\n")
    let bytes = lines.filter { !$0.hasPrefix("#") }.map { line in line.prefix { $0 != ";" }.filter { $0 != " " } }
    #expect(bytes.joined() == vector.frames.map(\.hex).joined())
    let senders = lines.filter { $0.hasPrefix("# ") }.map { $0.dropFirst(2).prefix { $0 != ":" } }
    #expect(senders.map(String.init) == vector.frames.map(\.from))
  }

  @Test func errorCodes() throws {
    let rows = try rows(ofSection: "12 Error codes").filter { UInt16($0[0]) != nil }
    let told = rows.map { row in [row[0], row[1], String(row[2].prefix(1)), row[3]] }
    let known = ErrorCode.assigned.map { code in
      ["\(code.rawValue)", code.description, "\(code.scope.rawValue)", "\(code.retry.rawValue)"]
    }
    #expect(told == known)
  }

  @Test func messageTypes() throws {
    let rows = try rows(ofSection: "4 Message types").filter { UInt8($0[0], radix: 16) != nil }
    #expect(rows.count == MessageType.assigned.count)
    for row in rows {
      let type = MessageType(rawValue: try #require(UInt8(row[0], radix: 16)))
      #expect(MessageType.assigned.contains(type))
      #expect(type.description == row[1])
      #expect(type.direction == (row[2] == "client" ? .clientToServer : .serverToClient))
      let rule: MessageType.IDRule =
        switch row[3] {
        case "new": .new
        case "opened": .opened
        case "opened, or 0": .openedOrConnection
        default: .connection
        }
      #expect(type.idRule == rule, "\(type)")
      if let limit = UInt32(row[4].filter { $0 != "," }) { #expect(type.payloadLimit == limit, "\(type)") }
    }
  }

  @Test func defaultLimits() throws {
    let limits = ProtocolLimits()
    let expected: [String: UInt64] = [
      "max_chunk": UInt64(limits.maxChunk), "max_open": UInt64(limits.maxOpen),
      "max_inflight": UInt64(limits.maxInflight), "max_side": UInt64(limits.maxSide), "max_pixels": limits.maxPixels,
      "max_message": limits.maxMessage, "max_result": limits.maxResult, "credit": limits.credit,
      "default_budget_ms": UInt64(limits.defaultBudget.wireMilliseconds),
      "max_budget_ms": UInt64(limits.maxBudget.wireMilliseconds), "idle_ms": UInt64(limits.idle.wireMilliseconds),
      "ping_min_ms": UInt64(limits.pingInterval.wireMilliseconds), "frame_ms": UInt64(limits.frame.wireMilliseconds),
      "write_stall_ms": UInt64(limits.writeStall.wireMilliseconds),
    ]
    var told: [String: UInt64] = [:]
    for row in try rows(ofSection: "13 Limits and times") {
      let parts = row[1].split(separator: " ")
      guard let first = parts.first, let number = UInt64(first.filter { $0 != "," }) else { continue }
      let units: [Substring: UInt64] = ["MiB": 1 << 20, "s": 1000]
      told[row[0]] = number * (parts.count > 1 ? units[parts[1]] ?? 0 : 1)
    }
    #expect(told == expected)
  }
}
