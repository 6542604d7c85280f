import Testing

@testable import TesseraTensor

@Suite struct StoragePoolTests {
  @Test func classesAreEightToADoubling() {
    #expect([1, 4, 511, 512].map(StoragePool.classBytes) == [512, 512, 512, 512])
    #expect([513, 576, 577, 1024].map(StoragePool.classBytes) == [576, 576, 640, 1024])
    #expect([1025, 1152, 1153, 2048].map(StoragePool.classBytes) == [1152, 1152, 1280, 2048])
    #expect(StoragePool.classBytes((1 << 30) + 1) == 9 << 27)
  }

  @Test func aClassIsAtMostAnEighthMore() {
    var bytes = 513
    while bytes < 1 << 40 {
      for size in [bytes, bytes + 1, bytes * 3 / 2] {
        let held = StoragePool.classBytes(size)
        #expect(held >= size && held <= size + size / 8 + 1 && StoragePool.classBytes(held) == held)
      }
      bytes *= 2
    }
  }

  @Test(arguments: [1, 100, 300_000, 1 << 20])
  func blocksAreAligned(_ count: Int) {
    let x = Tensor(uninitialized: [count])
    #expect(UInt(bitPattern: x.pointer) % 64 == 0)
  }

  /// In a process of its own, where nobody else takes memory.
  @Test func whatIsGivenBackIsTakenAgain() async {
    await #expect(processExitsWith: .success) {
      let before = StorageStatistics.current
      let address = withTensor(of: 1000) { first in
        #expect(StorageStatistics.current.usedBytes == before.usedBytes + 4096)
        #expect(StorageStatistics.current.heldBytes == before.heldBytes + 4096)
        return first
      }
      #expect(StorageStatistics.current.usedBytes == before.usedBytes)
      #expect(StorageStatistics.current.heldBytes == before.heldBytes + 4096)
      withTensor(of: 1024) { second in
        #expect(second == address)
        withTensor(of: 1025) { #expect($0 != address) }
      }
      #expect(StorageStatistics.current.heldBytes == before.heldBytes + 4096 + 4608)
      #expect(StorageStatistics.current.peakUsedBytes >= before.usedBytes + 4096 + 4608)
    }
  }

  /// What is returned at once takes the smallest free block that is large enough, whatever its class.
  @Test func briefUseTakesAnyFreeBlock() async {
    await #expect(processExitsWith: .success) {
      let sizes = [3 << 20, 20 << 20, 40 << 20]
      let blocks = sizes.map { StoragePool.take($0) }
      for block in blocks { StoragePool.give(block.pointer, size: block.size) }
      let held = StoragePool.statistics.held
      let (pointer, size) = StoragePool.take(5 << 20, .smallestThatFits)
      #expect(pointer == blocks[1].pointer && size == blocks[1].size)
      StoragePool.give(pointer, size: size)
      #expect(StoragePool.take(20 << 20).pointer == blocks[1].pointer)
      #expect(StoragePool.statistics.held == held)
      // A tensor leaves larger blocks to what needs them.
      let own = StoragePool.take(30 << 20)
      #expect(own.pointer != blocks[2].pointer && own.size == StoragePool.classBytes(30 << 20))
    }
  }
}

/// Calls `body` with the address of a tensor that is gone afterwards.
@discardableResult
private func withTensor<Result>(of count: Int, _ body: (UInt) -> Result) -> Result {
  let tensor = Tensor(uninitialized: [count])
  return withExtendedLifetime(tensor) { body(UInt(bitPattern: tensor.pointer)) }
}
