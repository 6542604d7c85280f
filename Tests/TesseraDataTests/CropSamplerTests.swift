import TesseraImaging
import TesseraLabels
import TesseraTensor
import Testing

@testable import TesseraData

/// A sample whose pixels and classes follow from its size and `seed`; every seventh pixel is void.
func decodedSample(width: Int, height: Int, seed: Int = 1) -> DecodedSample {
  DecodedSample(
    name: "sample", width: width, height: height, pixels: patterned(width: width, height: height, seed: seed).pixels,
    classes: (0..<width * height).map { $0 % 7 == 6 ? Batch.void : UInt16(($0 * 5 + seed) % 3) })
}

/// What a crop must hold, computed pixel by pixel in double precision from the definition.
private func expectedImage(
  _ sample: DecodedSample, _ window: CropWindow, width: Int, height: Int, _ normalization: PixelNormalization
) -> [Float] {
  func source(_ i: Int, _ size: Int, _ scaled: Int) -> (Int, Int, Double) {
    let position = min(max((Double(i) + 0.5) * Double(size) / Double(scaled) - 0.5, 0), Double(size - 1))
    let low = Int(position.rounded(.down))
    return (low, min(low + 1, size - 1), position - Double(low))
  }
  var values: [Float] = []
  for channel in 0..<3 {
    let (mean, deviation) = (normalization.mean[channel], normalization.standardDeviation[channel])
    for row in 0..<height {
      for column in 0..<width {
        let x = window.left + (window.isFlipped ? width - 1 - column : column)
        let y = window.top + row
        guard (0..<window.scaledWidth).contains(x), (0..<window.scaledHeight).contains(y) else {
          values.append(0)
          continue
        }
        let (left, right, u) = source(x, sample.width, window.scaledWidth)
        let (upper, lower, v) = source(y, sample.height, window.scaledHeight)
        func at(_ x: Int, _ y: Int) -> Double { Double(sample.pixels[3 * (y * sample.width + x) + channel]) / 255 }
        let top = at(left, upper) * (1 - u) + at(right, upper) * u
        let bottom = at(left, lower) * (1 - u) + at(right, lower) * u
        let color = top * (1 - v) + bottom * v
        let varied = (color - mean) * Double(window.contrast) + mean + Double(window.brightness)
        values.append(Float((min(max(varied, 0), 1) - mean) / deviation))
      }
    }
  }
  return values
}

private func crop(
  _ sample: DecodedSample, _ window: CropWindow, width: Int, height: Int,
  _ normalization: PixelNormalization = .imageNet
) -> (image: [Float], labels: [UInt16]) {
  let sampler = CropSampler(width: width, height: height, normalization: normalization)
  // What lies in the storage before must not shine through.
  var image = [Float](repeating: .nan, count: 3 * width * height)
  var labels = [UInt16](repeating: 12345, count: width * height)
  image.withUnsafeMutableBufferPointer { image in
    labels.withUnsafeMutableBufferPointer { labels in
      sampler.fill(image: image, labels: labels, from: sample, window: window)
    }
  }
  return (image, labels)
}

@Suite struct CropSamplerTests {
  @Test(arguments: 0..<60) func equalsTheDefinition(index: Int) {
    var generator = Generator(seed: 3, stream: "\(index)")
    let sample = decodedSample(
      width: 1 + generator.index(below: 23), height: 1 + generator.index(below: 17), seed: index)
    let augmentation = Augmentation(
      cropWidth: 1 + generator.index(below: 19), cropHeight: 1 + generator.index(below: 19), scale: 0.3...3,
      brightness: 0.4, contrast: 0.6)
    let window = augmentation.window(width: sample.width, height: sample.height, using: &generator)
    let (width, height) = (augmentation.cropWidth, augmentation.cropHeight)
    let result = crop(sample, window, width: width, height: height)
    let expected = expectedImage(sample, window, width: width, height: height, .imageNet)
    for (value, reference) in zip(result.image, expected) { #expect(abs(value - reference) < 2e-5) }
  }

  /// The path that everybody writes first: resize, crop, mirror, normalise.
  @Test(arguments: 0..<40) func equalsResizingThenCropping(index: Int) throws {
    var generator = Generator(seed: 4, stream: "\(index)")
    let sample = decodedSample(
      width: 9 + generator.index(below: 20), height: 7 + generator.index(below: 20), seed: index)
    let augmentation = Augmentation(cropWidth: 5, cropHeight: 4)
    let window = augmentation.window(width: sample.width, height: sample.height, using: &generator)
    let result = crop(sample, window, width: 5, height: 4)

    let image = Image(width: sample.width, height: sample.height, pixels: sample.pixels)
      .resized(width: window.scaledWidth, height: window.scaledHeight)
      .cropped(x: window.left, y: window.top, width: 5, height: 4)
    let seen = window.isFlipped ? image.flippedHorizontally() : image
    for channel in 0..<3 {
      let normalization = PixelNormalization.imageNet
      let (mean, deviation) = (normalization.mean[channel], normalization.standardDeviation[channel])
      for pixel in 0..<20 {
        let reference = (Double(seen.pixels[3 * pixel + channel]) / 255 - mean) / deviation
        // Resizing to bytes rounds by up to half a level.
        #expect(abs(Double(result.image[20 * channel + pixel]) - reference) < 0.51 / 255 / deviation)
      }
    }
    let labels = sample.classes.map { $0 == Batch.void ? Label.void : .index(Int($0)) }
    let map = LabelMap(width: sample.width, height: sample.height, classCount: 3, labels: labels)
      .resized(width: window.scaledWidth, height: window.scaledHeight)
      .cropped(x: window.left, y: window.top, width: 5, height: 4)
    #expect(result.labels == (window.isFlipped ? map.flippedHorizontally() : map).indices(void: Batch.void))
  }

  @Test func padsWithMeanAndVoid() {
    let sample = DecodedSample(name: "dot", width: 1, height: 1, pixels: [255, 0, 255], classes: [2])
    let window = CropWindow(
      scaledWidth: 1, scaledHeight: 1, left: -2, top: -1, isFlipped: false, brightness: 0, contrast: 1)
    let half = PixelNormalization(mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])
    let result = crop(sample, window, width: 4, height: 3, half)
    let void = Batch.void
    #expect(result.labels == [void, void, void, void, void, void, 2, void, void, void, void, void])
    for channel in 0..<3 {
      var plane = [Float](repeating: 0, count: 12)
      plane[6] = channel == 1 ? -1 : 1
      #expect(Array(result.image[12 * channel..<12 * channel + 12]) == plane)
    }
    let flipped = CropWindow(
      scaledWidth: 1, scaledHeight: 1, left: -2, top: -1, isFlipped: true, brightness: 0, contrast: 1)
    #expect(crop(sample, flipped, width: 4, height: 3, half).labels[5] == 2)
  }

  @Test func aWindowStaysInsideOrSurrounds() {
    var generator = Generator(seed: 5, stream: "windows")
    var lefts: Set<Int> = []
    var flips = 0
    let augmentation = Augmentation(cropWidth: 6, cropHeight: 30, scale: 1...1)
    for _ in 0..<400 {
      let window = augmentation.window(width: 10, height: 10, using: &generator)
      #expect(window.scaledWidth == 10 && window.scaledHeight == 10)
      #expect((0...4).contains(window.left) && (-20...0).contains(window.top))
      #expect(window.brightness == 0 && window.contrast == 1)
      lefts.insert(window.left)
      flips += window.isFlipped ? 1 : 0
    }
    #expect(lefts == [0, 1, 2, 3, 4])
    #expect((140...260).contains(flips))
    let still = Augmentation(cropWidth: 6, cropHeight: 6, flips: false)
    for _ in 0..<50 { #expect(!still.window(width: 10, height: 10, using: &generator).isFlipped) }
  }
}
