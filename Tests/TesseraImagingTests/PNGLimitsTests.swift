import TesseraImaging
import TesseraLabels
import Testing

@Suite struct PNGLimitsTests {
  @Test func hugeSizesAreRefusedUnread() throws {
    let side = Int(Int32.max)
    let png = PNGForge(width: side, height: side, bitDepth: 16, colorType: 6).finished(data: [0])
    #expect(throws: PNGError.limitExceeded(.side, needed: side, limit: 32_768)) { try PNG.decodeImage(png) }
    var limits = PNGLimits.default
    limits.maximumSide = .max
    #expect(throws: PNGError.limitExceeded(.pixelCount, needed: side * side, limit: 64 << 20)) {
      try PNG.decodeImage(png, limits: limits)
    }
    limits.maximumPixelCount = .max
    #expect(try PNG.header(of: png).inflatedByteCount == .max)
    #expect(throws: PNGError.limitExceeded(.memory, needed: .max, limit: 512 << 20)) {
      try PNG.decodeImage(png, limits: limits)
    }
    limits.maximumMemory = .max
    #expect(throws: PNGError.limitExceeded(.memory, needed: .max, limit: .max)) {
      try PNG.decodeImage(png, limits: limits)
    }
  }

  @Test func eachBoundIsExact() throws {
    let golden = try Golden.named("rgb8")
    let file = golden.png.count
    let inflated = 9 * (13 * 3 + 1)
    let pass = PNGLimits(
      maximumPixelCount: 117, maximumSide: 13, maximumMemory: 1 << 20, maximumInflatedBytes: inflated,
      maximumFileBytes: file)
    #expect(try PNG.decodeImage(golden.png, limits: pass).pixels == golden.rgb)

    let tighter: [(PNGError, (inout PNGLimits) -> Void)] = [
      (.limitExceeded(.pixelCount, needed: 117, limit: 116), { $0.maximumPixelCount -= 1 }),
      (.limitExceeded(.side, needed: 13, limit: 12), { $0.maximumSide -= 1 }),
      (.limitExceeded(.memory, needed: 351, limit: 350), { $0.maximumMemory = 350 }),
      (.limitExceeded(.inflatedBytes, needed: inflated, limit: inflated - 1), { $0.maximumInflatedBytes -= 1 }),
      (.limitExceeded(.fileBytes, needed: file, limit: file - 1), { $0.maximumFileBytes -= 1 }),
    ]
    for (expected, tighten) in tighter {
      var limits = pass
      tighten(&limits)
      #expect(throws: expected) { try PNG.decodeImage(golden.png, limits: limits) }
    }
  }

  /// Fails each of libpng's allocations in turn by leaving it less and less memory.
  @Test func everyFailingAllocationIsAnError() throws {
    let golden = try Golden.named("rgba16-adam7")
    var failures = 0
    var successes = 0
    for memory in stride(from: 351, to: 100_000, by: 97) {
      do throws(PNGError) {
        let image = try PNG.decodeImage(golden.png, limits: PNGLimits(maximumMemory: memory))
        #expect(image.pixels == golden.rgb)
        successes += 1
      } catch {
        #expect(error == .limitExceeded(.memory, needed: nil, limit: memory - 351))
        #expect(successes == 0)
        failures += 1
      }
    }
    #expect(failures > 100 && successes > 100)
  }

  /// 65 kB that are 10 MB of zeros, behind headers of a few hundred bytes.
  @Test(arguments: [UInt8(0), 1]) func bombIsRefused(_ interlace: UInt8) {
    var forge = PNGForge(width: 16, height: 16, interlace: interlace)
    // A wrong end, which is only noticed if everything is inflated.
    forge.add("IDAT", PNGForge.zeros(matches: 40_000).dropLast(4) + [1, 2, 3, 4])
    forge.add("IEND")
    #expect(throws: PNGError.damagedImageData(reason: "IDAT: Too much image data")) {
      try PNG.decodeImage(forge.bytes, limits: PNGLimits(maximumMemory: 100_000))
    }
  }

  @Test func bombInBoundsIsPixels() throws {
    var forge = PNGForge(width: 257, height: 100)
    forge.add("IDAT", PNGForge.zeros(matches: 100))
    forge.add("IEND")
    // 1 + 258·100 bytes are one more than 100 rows of 1 + 257.
    #expect(throws: PNGError.self) { try PNG.decodeLabelMap(forge.bytes) }
    var exact = PNGForge(width: 258 * 3, height: 1)
    exact.add("IDAT", PNGForge.zeros(matches: 3))
    exact.add("IEND")
    let map = try PNG.decodeLabelMap(exact.bytes)
    #expect(map == RawLabelMap(width: 774, height: 1, ids: [UInt8](repeating: 0, count: 774)))
  }
}
