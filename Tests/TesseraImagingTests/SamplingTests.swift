import TesseraImaging
import TesseraLabels
import Testing

@Suite struct SamplingTests {
  private static func noise(_ width: Int, _ height: Int) -> Image {
    var state: UInt32 = 7
    return Image(
      width: width, height: height,
      pixels: (0..<width * height * 3).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(state >> 24)
      })
  }

  /// The definition, in doubles, one value at a time.
  private static func bilinear(_ image: Image, _ width: Int, _ height: Int, _ x: Int, _ y: Int, _ channel: Int)
    -> Double
  {
    func axis(_ index: Int, _ source: Int, _ target: Int) -> (Int, Int, Double) {
      let place = (Double(index) + 0.5) * Double(source) / Double(target) - 0.5
      let lower = place.rounded(.down)
      let clamp = { (value: Int) in min(max(value, 0), source - 1) }
      return (clamp(Int(lower)), clamp(Int(lower) + 1), place - lower)
    }
    let (left, right, across) = axis(x, image.width, width)
    let (top, bottom, down) = axis(y, image.height, height)
    func value(_ x: Int, _ y: Int) -> Double { Double(image.pixels[(y * image.width + x) * 3 + channel]) }
    let upper = value(left, top) * (1 - across) + value(right, top) * across
    let lower = value(left, bottom) * (1 - across) + value(right, bottom) * across
    return upper * (1 - down) + lower * down
  }

  @Test(arguments: [(7, 5), (1, 1), (1, 6), (16, 9)], [(7, 5), (1, 1), (3, 2), (13, 11), (14, 10), (31, 1)])
  func bilinearMatchesTheDefinition(_ source: (Int, Int), _ target: (Int, Int)) {
    let image = Self.noise(source.0, source.1)
    let result = image.resized(width: target.0, height: target.1)
    #expect(result.width == target.0 && result.height == target.1)
    var worst = 0.0
    for y in 0..<target.1 {
      for x in 0..<target.0 {
        for channel in 0..<3 {
          let exact = Self.bilinear(image, target.0, target.1, x, y, channel)
          let value = Double(result.pixels[(y * target.0 + x) * 3 + channel])
          worst = max(worst, abs(exact - value))
        }
      }
    }
    // Half a level of rounding, and what single precision adds.
    #expect(worst < 0.501)
  }

  @Test func sameSizeIsTheSameImage() {
    let image = Self.noise(6, 4)
    #expect(image.resized(width: 6, height: 4) == image)
  }

  @Test func doublingByHand() {
    let image = Image(width: 2, height: 1, pixels: [0, 0, 0, 100, 200, 40])
    // Positions -1/4, 1/4, 3/4, 5/4; the outer ones are clamped.
    #expect(image.resized(width: 4, height: 1).pixels == [0, 0, 0, 25, 50, 10, 75, 150, 30, 100, 200, 40])
  }

  @Test(arguments: [(1, 1), (2, 3), (5, 4), (10, 8), (13, 1), (3, 17)])
  func nearestMatchesTheDefinition(_ width: Int, _ height: Int) {
    let source = RawLabelMap(width: 5, height: 4, ids: (0..<20).map { UInt16($0 * 1000) })
    let map = source.resized(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width {
        let fromX = Int(((Double(x) + 0.5) * 5 / Double(width)).rounded(.down))
        let fromY = Int(((Double(y) + 0.5) * 4 / Double(height)).rounded(.down))
        #expect(map[x, y] == source[fromX, fromY])
      }
    }
  }

  @Test func labelMapsKeepVoidAndClasses() {
    let map = LabelMap(width: 2, height: 2, classCount: 9, labels: [.void, .index(8), .index(3), .void])
    let large = map.resized(width: 4, height: 4)
    #expect(large.classCount == 9)
    for y in 0..<4 { for x in 0..<4 { #expect(large[x, y] == map[x / 2, y / 2]) } }
    let allVoid = LabelMap(width: 1, height: 1, classCount: 1, labels: [.void]).resized(width: 3, height: 1)
    #expect(allVoid[2, 0] == .void)
    let most = LabelMap(width: 1, height: 1, classCount: LabelMap.maximumClassCount, labels: [.void])
    #expect(most.resized(width: 2, height: 2)[1, 1] == .void)
  }

  @Test func croppingAndFlippingMovePixels() {
    let image = Self.noise(5, 3)
    let ids = RawLabelMap(width: 5, height: 3, ids: (0..<15).map { UInt8($0) })
    let labels = LabelMap(width: 5, height: 3, classCount: 15, indices: (0..<15).map { UInt16($0) })
    let part = image.cropped(x: 1, y: 1, width: 3, height: 2)
    let idsPart = ids.cropped(x: 1, y: 1, width: 3, height: 2)
    let labelsPart = labels.cropped(x: 1, y: 1, width: 3, height: 2)
    for y in 0..<2 {
      for x in 0..<3 {
        #expect(pixel(part, x, y) == pixel(image, x + 1, y + 1))
        #expect(idsPart[x, y] == ids[x + 1, y + 1])
        #expect(labelsPart[x, y] == labels[x + 1, y + 1])
      }
    }
    let mirrored = image.flippedHorizontally()
    for y in 0..<3 { for x in 0..<5 { #expect(pixel(mirrored, x, y) == pixel(image, 4 - x, y)) } }
    #expect(ids.flippedHorizontally()[0, 2] == 14)
    #expect(labels.flippedHorizontally()[4, 0] == .index(0))
    #expect(mirrored.flippedHorizontally() == image)
  }

  private func pixel(_ image: Image, _ x: Int, _ y: Int) -> ArraySlice<UInt8> {
    let place = (y * image.width + x) * 3
    return ArraySlice(Array(image.pixels[place..<place + 3]))
  }
}
