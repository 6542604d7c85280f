import NIOCore
import Testing

@testable import TesseraProtocol

@Suite struct FrameRulesTests {
  private let rules = FrameRules(
    types: [.open, .data, .cancel, .ping], version: .one, codecs: [.identity, .zstd], chunkLimit: 100, openLimit: 80,
    lastOpened: RequestID(rawValue: 5))

  private func code(_ type: MessageType, _ change: (inout FrameHeader) -> Void = { _ in }) -> ErrorCode? {
    let id: UInt64 =
      switch type {
      case .open: 6
      case .ping: 0
      default: 5
      }
    var header = FrameHeader(
      wireLength: 8, plainLength: 8, requestID: RequestID(rawValue: id), type: type, flags: [], codec: .identity,
      version: .one, sequence: SequenceNumber(rawValue: 9), payloadCRC: 0)
    if type == .cancel { (header.wireLength, header.plainLength) = (0, 0) }
    change(&header)
    do throws(WireError) {
      try rules.check(header, expecting: SequenceNumber(rawValue: 9))
      return nil
    } catch { return error.code }
  }

  @Test func passWhatIsRight() {
    for type in rules.types { #expect(code(type) == nil) }
    #expect(code(.data) { $0.flags = .end } == nil)
    #expect(
      code(.data) {
        $0.codec = .zstd
        $0.plainLength = 9
      } == nil)
  }

  @Test func refuseAnotherVersion() { #expect(code(.ping) { $0.version = .unnegotiated } == .version) }

  @Test func refuseTypesOfAnotherStateOrDirection() {
    #expect(code(.hello) == .protocol)
    #expect(code(.pong) == .protocol)
    #expect(code(MessageType(rawValue: 0x7f)) == .protocol)
  }

  @Test func refuseFlags() {
    #expect(code(.ping) { $0.flags = .end } == .protocol)
    #expect(code(.data) { $0.flags = FrameFlags(rawValue: 2) } == .protocol)
    #expect(code(.data) { $0.flags = FrameFlags(rawValue: 0x81) } == .protocol)
  }

  @Test func refuseCodecs() {
    #expect(
      code(.ping) {
        $0.codec = .zstd
        $0.wireLength = 7
      } == .protocol)
    #expect(
      code(.data) {
        $0.codec = Codec(rawValue: 2)
        $0.wireLength = 7
      } == .protocol)
  }

  @Test func refuseIDs() {
    #expect(code(.ping) { $0.requestID = RequestID(rawValue: 1) } == .protocol)
    #expect(code(.open) { $0.requestID = RequestID(rawValue: 5) } == .protocol)
    #expect(code(.open) { $0.requestID = .connection } == .protocol)
    #expect(code(.open) { $0.requestID = .max } == .protocol)
    #expect(code(.data) { $0.requestID = .connection } == .protocol)
    #expect(code(.cancel) { $0.requestID = RequestID(rawValue: 6) } == .protocol)
  }

  @Test func refuseLengths() {
    #expect(code(.data) { $0.plainLength = 9 } == .protocol)
    #expect(code(.data) { $0.codec = .zstd } == .protocol)
    #expect(
      code(.data) {
        $0.codec = .zstd
        $0.wireLength = 10
      } == .protocol)
    #expect(code(.data) { ($0.wireLength, $0.plainLength) = (0, 0) } == .protocol)
    #expect(code(.data) { ($0.wireLength, $0.plainLength) = (100, 100) } == nil)
    #expect(code(.data) { ($0.wireLength, $0.plainLength) = (101, 101) } == .limit)
    #expect(
      code(.data) {
        $0.codec = .zstd
        $0.plainLength = .max
      } == .limit)
    #expect(code(.open) { ($0.wireLength, $0.plainLength) = (81, 81) } == .limit)
    #expect(code(.cancel) { ($0.wireLength, $0.plainLength) = (1, 1) } == .limit)
    #expect(code(.ping) { ($0.wireLength, $0.plainLength) = (.max, .max) } == .limit)
  }

  @Test func refuseLostFrames() {
    #expect(code(.ping) { $0.sequence = SequenceNumber(rawValue: 10) } == .sequence)
    #expect(code(.ping) { $0.sequence = SequenceNumber(rawValue: 8) } == .sequence)
  }

  /// Each rule is broken together with all behind it; the first one speaks.
  @Test func areCheckedInOrder() {
    func broken(from rule: Int) -> ErrorCode? {
      code(.ping) {
        if rule <= 0 { $0.version = .unnegotiated }
        if rule <= 1 { $0.requestID = RequestID(rawValue: 3) }
        if rule <= 2 { ($0.wireLength, $0.plainLength) = (9, 9) }
        if rule <= 3 { $0.sequence = .first }
      }
    }
    #expect((0...4).map(broken) == [.version, .protocol, .limit, .sequence, nil])
  }

  @Test func sequenceNumbersWrap() {
    var number = SequenceNumber(rawValue: .max)
    number.advance()
    #expect(number == .first)
  }
}
