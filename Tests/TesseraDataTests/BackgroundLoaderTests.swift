import Dispatch
import Synchronization
import Testing

@testable import TesseraData

@Suite struct BackgroundLoaderTests {
  @Test(arguments: [(1, 1), (1, 3), (4, 1), (3, 3), (2, 8)]) func keepsOrder(depth: Int, threads: Int) throws {
    let loader = BackgroundLoader(count: 50, depth: depth, threads: threads) { index in
      if index % 7 == 0 { for _ in 0..<2000 { _ = index.hashValue } }
      return index
    }
    var met: [Int] = []
    while let index = try loader.next() { met.append(index) }
    #expect(met == Array(0..<50))
    #expect(try loader.next() == nil)
  }

  @Test func staysWithinItsDepth() throws {
    let box = Counter()
    let loader = BackgroundLoader(count: 100, depth: 3, threads: 2) { index in
      box.increment()
      return index
    }
    var taken = 0
    while try loader.next() != nil {
      taken += 1
      // The slot of the element just taken is free already.
      #expect(box.value <= taken + 3)
    }
    #expect(box.value == 100)
  }

  @Test func endsWhenDropped() throws {
    let box = Counter()
    do {
      let loader = BackgroundLoader(count: 1_000_000, depth: 2, threads: 2) { index in
        box.increment()
        return index
      }
      #expect(try loader.next() == 0)
    }
    let count = box.value
    #expect(count <= 3)
    #expect(box.value == count)
  }

  @Test func cancellingEndsIt() throws {
    let loader = BackgroundLoader(count: 10, depth: 2) { $0 }
    #expect(try loader.next() == 0)
    loader.cancel()
    loader.cancel()
    #expect(try loader.next() == nil)
  }

  @Test func cancellingWakesAWaitingConsumer() throws {
    let gate = DispatchSemaphore(value: 0)
    let woken = DispatchSemaphore(value: 0)
    let loader = BackgroundLoader(count: 10, depth: 1) { index in
      gate.wait()
      return index
    }
    let consumer = DispatchQueue(label: "consumer")
    consumer.async {
      while (try? loader.next()) != nil {}
      woken.signal()
    }
    let opener = DispatchQueue(label: "opener")
    opener.asyncAfter(deadline: .now() + 0.02) { gate.signal() }
    opener.asyncAfter(deadline: .now() + 0.05) { for _ in 0..<10 { gate.signal() } }
    loader.cancel()
    #expect(woken.wait(timeout: .now() + 10) == .success)
  }

  @Test func nothingToPrepareEndsAtOnce() throws {
    #expect(try BackgroundLoader(count: 0) { $0 }.next() == nil)
  }

  @Test func anErrorComesAtItsElementAndStays() throws {
    struct Fault: Error {}
    let loader = BackgroundLoader(count: 9, depth: 4, threads: 2) { index in
      if index == 3 { throw Fault() }
      return index
    }
    #expect(try [loader.next(), loader.next(), loader.next()] == [0, 1, 2])
    #expect(throws: Fault.self) { try loader.next() }
    #expect(throws: Fault.self) { try loader.next() }
  }

  @Test(arguments: [1, 3]) func batchesEqualThoseMadeDirectly(threads: Int) throws {
    let split = try SmallSplit(count: 5)
    let batches = try split.batches(size: 2)
    let start = BatchPosition(epoch: 1, step: 1)
    let loader = BackgroundLoader(count: 5, depth: 3, threads: threads) { index in
      try batches.batch(at: batches.position(index, after: start))
    }
    var position = start
    var count = 0
    while let batch = try loader.next() {
      #expect(try batch == batches.batch(at: position))
      position.step += 1
      if position.step == batches.stepsPerEpoch { position = BatchPosition(epoch: position.epoch + 1, step: 0) }
      count += 1
    }
    #expect(count == 5)
    #expect(position == BatchPosition(epoch: 4, step: 0))
  }

  @Test func aBrokenFileIsNamedByItsBatch() throws {
    let split = try SmallSplit(count: 4)
    let batches = try split.batches(size: 1)
    let third = batches.order(epoch: 0)[2]
    try split.folder.write("damaged", to: "images/train/\(third).png")
    let loader = BackgroundLoader(count: 4) { try batches.batch(at: BatchPosition(epoch: 0, step: $0)) }
    _ = try loader.next()
    _ = try loader.next()
    let error = try #require(throws: DatasetError.self) { try loader.next() }
    #expect(error.path.hasSuffix("images/train/\(third).png"))
  }
}

/// A count that several threads raise.
private final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func increment() { count.withLock { $0 += 1 } }
}
