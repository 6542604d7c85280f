import Foundation
import Glibc
import Logging
import Synchronization
import TesseraServer
import Testing

@Suite struct JSONLogHandlerTests {
  /// The lines that a logger writes.
  private func lines(
    _ level: Logger.Level = .trace, at time: timespec = timespec(tv_sec: 0, tv_nsec: 0), _ log: (inout Logger) -> Void
  ) -> [String] {
    let written = Lines()
    var logger = Logger(label: "tests") { _ in
      JSONLogHandler(level: level, now: { time }, write: { written.append($0) })
    }
    log(&logger)
    return written.all
  }

  private final class Lines: Sendable {
    private let kept = Mutex<[String]>([])
    var all: [String] { kept.withLock { $0 } }
    func append(_ line: String) { kept.withLock { $0.append(line) } }
  }

  private func object(_ line: String) throws -> [String: String] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
  }

  @Test func anEventIsOneLine() {
    let lines = lines(at: timespec(tv_sec: 1_769_903_999, tv_nsec: 7_999_999)) { logger in
      logger[metadataKey: "connection"] = "4"
      logger.info("request ended", metadata: ["outcome": "OK", "batch": "\(2)"])
    }
    #expect(
      lines == [
        #"{"time":"2026-01-31T23:59:59.007Z","level":"info","message":"request ended","batch":"2","#
          + #""connection":"4","outcome":"OK"}"# + "\n"
      ])
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (951_827_696, "2000-02-29T12:34:56.000Z"),
    (4_102_444_799, "2099-12-31T23:59:59.000Z"), (-1, "1969-12-31T23:59:59.000Z"),
  ])
  func times(_ seconds: Int, _ text: String) throws {
    let line = try #require(lines(at: timespec(tv_sec: seconds, tv_nsec: 0)) { $0.info("x") }.first)
    #expect(try object(line)["time"] == text)
  }

  @Test func levelsBelowTheLeastAreLeftOut() throws {
    let lines = lines(.notice) { logger in
      logger.info("a")
      logger.notice("b")
      logger.critical("c")
    }
    #expect(try lines.map { try object($0)["level"] } == ["notice", "critical"])
  }

  @Test func metadataAreFlattenedAndHideNothing() throws {
    let line = try #require(
      lines { logger in
        logger.info(
          "x",
          metadata: ["peer": ["host": "h", "ports": ["1", "2"]], "message": "other", "time": ["zone": "UTC"]])
      }.first)
    let fields = try object(line)
    #expect(fields["message"] == "x" && fields["metadata.message"] == "other")
    #expect(fields["peer.host"] == "h" && fields["peer.ports.0"] == "1" && fields["peer.ports.1"] == "2")
    #expect(fields["metadata.time.zone"] == "UTC")
  }

  @Test(arguments: [
    "\"}\n{\"level\":\"critical\"", "\u{0}\u{1b}[2J\u{7f}\u{85}\u{2028}\u{2029}", "\\\r\t", "ü€😀\u{202e}", "",
    "\u{10ffff}",
  ])
  func hostileTextStaysOnItsLineAndComesBack(_ text: String) throws {
    let line = try #require(
      lines { logger in logger.warning("\(text)", metadata: [text: "\(text)", "list": ["\(text)"]]) }.first)
    #expect(line.utf8.dropLast().allSatisfy { (0x20...0x7e).contains($0) } && line.utf8.last == 0x0a)
    let fields = try object(line)
    #expect(fields["message"] == text && fields[text] == text && fields["list.0"] == text)
  }

  @Test func longTextIsCut() throws {
    let line = try #require(lines { $0.info("\(String(repeating: "x", count: 5000))") }.first)
    #expect(try object(line)["message"] == String(repeating: "x", count: 4096) + "…")
  }

  @Test func deepMetadataEnd() throws {
    var value = Logger.Metadata.Value.string("bottom")
    for _ in 0..<100 { value = .array([value]) }
    let line = try #require(lines { $0.info("x", metadata: ["deep": value]) }.first)
    #expect(try object(line).contains { $0.key.hasPrefix("deep.0") && $0.value == "…" })
  }
}
