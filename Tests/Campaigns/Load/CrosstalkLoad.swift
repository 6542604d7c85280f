import Foundation
import TesseraClient
import TesseraProtocol

/// Asks a server for answers that are known, over many connections at once, and holds each against what is known.
@main
struct CrosstalkLoad {
  private static let usage = """
    usage: crosstalk-load HOST PORT FOLDER ANSWERS CONNECTIONS SEED
    FOLDER holds images/NAME.png, and maps of them by `tessera predict --probabilities`. Prints a line of JSON.

    """
  /// Requests of one connection at a time.
  private static let lanes = 8
  /// One request in so many has no more than a few milliseconds.
  private static let hurry = 64

  let host: String
  let port: Int
  let images: [KnownImage]
  let connections: Int
  let seed: UInt64

  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count == 7, let port = Int(arguments[2]), let answers = Int(arguments[4]),
      let connections = Int(arguments[5]), connections > 0, let seed = UInt64(arguments[6])
    else { return fail(usage, 64) }
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(arguments[3])/images")
        .filter { $0.hasSuffix(".png") }.map { String($0.dropLast(4)) }.sorted()
      guard !names.isEmpty else { return fail("\(arguments[3])/images: no PNG files\n", 1) }
      let load = CrosstalkLoad(
        host: arguments[1], port: port, images: try names.map { try KnownImage($0, in: arguments[3]) },
        connections: connections, seed: seed)
      let tally = await load.run(answers: answers)
      for fault in tally.faults.prefix(10) { FileHandle.standardError.write(Data("\(fault)\n".utf8)) }
      print(
        #"{"answers": \#(tally.answers), "batched": \#(tally.batched), "largest_batch": \#(tally.largestBatch), "#
          + #""late": \#(tally.late), "faults": \#(tally.faults.count)}"#)
      exit(tally.faults.isEmpty ? 0 : 1)
    } catch { fail("\(error)\n", 1) }
  }

  private func run(answers: Int) async -> Tally {
    await withTaskGroup(of: Tally.self) { group in
      for number in 0..<connections {
        let share = answers / connections + (number < answers % connections ? 1 : 0)
        group.addTask { await connect(number, answers: share) }
      }
      return await group.reduce(into: Tally()) { $0.add($1) }
    }
  }

  private func connect(_ number: Int, answers: Int) async -> Tally {
    do {
      return try await withClient(host: host, port: port) { client in
        await withTaskGroup(of: Tally.self) { group in
          for lane in 0..<Self.lanes {
            let share = answers / Self.lanes + (lane < answers % Self.lanes ? 1 : 0)
            group.addTask { await ask(client, lane: number * Self.lanes + lane, answers: share) }
          }
          return await group.reduce(into: Tally()) { $0.add($1) }
        }
      }
    } catch {
      var tally = Tally()
      tally.take(fault: "connection \(number): \(error)")
      return tally
    }
  }

  /// Asks for one image after the other, until it has its share of answers or one is wrong.
  private func ask(_ client: Client, lane: Int, answers: Int) async -> Tally {
    var tally = Tally()
    var numbers = SplitMix(state: seed &+ UInt64(lane) << 32)
    while tally.answers < answers, tally.faults.isEmpty {
      let image = images[Int(numbers.next() % UInt64(images.count))]
      let isHurried = numbers.next() % UInt64(Self.hurry) == 0
      let time = isHurried ? Duration.microseconds(Int64(numbers.next() % 5000) + 1) : nil
      do throws(SegmentationError) {
        let answer = try await client.segment(image.request(within: time))
        if let fault = image.fault(of: answer) { tally.take(fault: fault) }
        tally.take(batch: answer.receipt.batchSize)
      } catch {
        let isLate = isHurried && [.deadline, .overloaded].contains(error.code)
        if isLate { tally.takeLate() } else { tally.take(fault: "\(error)") }
      }
    }
    return tally
  }

  private static func fail(_ message: String, _ status: Int32) {
    FileHandle.standardError.write(Data(message.utf8))
    exit(status)
  }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
