import Testing

@testable import TesseraTensor

@Suite(.serialized) struct MemoryNeedTests {
  /// In a process of its own, where nobody else takes memory.
  @Test func countsWhatEachClassNeedsAtMost() async {
    await #expect(processExitsWith: .success) {
      let before = Tensor(uninitialized: [1000])
      let bytes = StoragePool.bytesTaken {
        // Two blocks of 4096 bytes at a time, thrice; one of 8192.
        for _ in 0..<3 {
          let pair = [Tensor(uninitialized: [1000]), Tensor(uninitialized: [1024])]
          withExtendedLifetime(pair) {}
        }
        _ = Tensor(uninitialized: [2000])
      }
      withExtendedLifetime(before) {}
      #expect(bytes == 2 * 4096 + 8192)
    }
  }

  @Test func drawsTheLineThroughTwoSizes() async {
    await #expect(processExitsWith: .success) {
      // 3 floats a pixel, with the eighth that a block may be larger, and 64 KiB beside.
      let need = MemoryNeed(batch: 2, sides: (64, 128)) { side in
        let maps = Tensor(uninitialized: [2, 3, side, side])
        let beside = Tensor(uninitialized: [16 << 10])
        withExtendedLifetime((maps, beside)) {}
      }
      #expect(need == MemoryNeed(fixedBytes: 64 << 10, bytesPerPixel: 13))
      #expect(need.bytes(pixels: 1 << 20) == (13 << 20) + (64 << 10))
    }
  }

  @Test func boundsAndBytesAgree() {
    let need = MemoryNeed(fixedBytes: 1000, bytesPerPixel: 7)
    #expect(need.bytes(pixels: 0) == 1000 && need.bytes(pixels: 3) == 1021)
    #expect(need.pixels(in: 1020) == 2 && need.pixels(in: 1021) == 3)
    #expect(need.pixels(in: 999) == 0 && need.pixels(in: 0) == 0)
    #expect(need.bytes(pixels: .max) == .max)
  }
}
