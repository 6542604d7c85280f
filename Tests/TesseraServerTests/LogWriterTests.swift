import Glibc
import TesseraServer
import Testing

@Suite struct LogWriterTests {
  /// Both ends of a pipe, which holds 64 KiB.
  private struct Pipe: ~Copyable {
    let reading: Int32
    let writing: Int32

    init() {
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      (reading, writing) = (ends[0], ends[1])
    }

    /// Everything that was written, to the end.
    func readAll() -> String {
      close(writing)
      var all: [UInt8] = []
      var bytes = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(reading, &bytes, bytes.count)
        guard count > 0 else { return String(decoding: all, as: UTF8.self) }
        all += bytes.prefix(count)
      }
    }

    deinit { close(reading) }
  }

  private func writer(_ pipe: borrowing Pipe, limit: Int = 1 << 20) -> LogWriter {
    LogWriter(to: pipe.writing, limit: limit) { "dropped \($0)\n" }
  }

  @Test func linesKeepTheirOrder() {
    let pipe = Pipe()
    let writer = writer(pipe)
    for number in 0..<1000 { writer.write("\(number)\n") }
    writer.flush()
    #expect(pipe.readAll() == (0..<1000).map { "\($0)\n" }.joined())
  }

  @Test func linesOfManyThreadsStayWhole() async {
    let pipe = Pipe()
    let writer = writer(pipe)
    let line = String(repeating: "x", count: 100) + "\n"
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { for _ in 0..<100 { LogStream(writer).write(line) } } }
    }
    writer.flush()
    #expect(pipe.readAll() == String(repeating: line, count: 400))
  }

  @Test func whoLogsNeverWaitsAndWhatIsDroppedIsCounted() {
    let pipe = Pipe()
    let writer = writer(pipe, limit: 10_000)
    let line = String(repeating: "y", count: 99) + "\n"
    let start = ContinuousClock.now
    // Nobody reads: the pipe is full before long, and then what may wait.
    for _ in 0..<2000 { writer.write(line) }
    #expect(start.duration(to: .now) < .seconds(5))
    var bytes = [UInt8](repeating: 0, count: 65_536)
    var text = ""
    while true {
      writer.flush()
      var waiting: Int32 = 0
      _ = ioctl(pipe.reading, UInt(FIONREAD), &waiting)
      guard waiting > 0 else { break }
      let count = read(pipe.reading, &bytes, bytes.count)
      text += String(decoding: bytes.prefix(count), as: UTF8.self)
    }
    let lines = text.split(separator: "\n").map { $0 + "\n" }
    let whole = lines.count { $0 == line }
    let dropped = lines.compactMap { $0.hasPrefix("dropped ") ? Int($0.dropFirst(8).dropLast()) : nil }.reduce(0, +)
    #expect(whole + dropped == 2000 && dropped > 0 && whole > 0)
    #expect(lines.allSatisfy { $0 == line || $0.hasPrefix("dropped ") }, "no line is torn")
    _ = pipe.readAll()
  }

  @Test func nobodyWaitsLongForAReaderThatIsGone() {
    let pipe = Pipe()
    let writer = writer(pipe)
    writer.write(String(repeating: "z", count: 200_000) + "\n")
    let start = ContinuousClock.now
    writer.flush()
    #expect(start.duration(to: .now) < .seconds(5))
    #expect(pipe.readAll().utf8.count > 0)
  }
}
