import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

/// The product of class maps and images.
@Suite struct ProductEncodingTests {
  typealias Basic = LabelMapEncodingTests

  /// The mean of a plane of 2×4 pixels over windows of `scale`.
  private static func reduced(_ plane: ArraySlice<Float>, scale: Int) -> [Double] {
    let pixels = plane.map(Double.init)
    guard scale == 2 else { return pixels }
    return [0, 2].map { first in
      let above: Double = pixels[first] + pixels[first + 1]
      let below: Double = pixels[first + 4] + pixels[first + 5]
      return (above + below) / 4
    }
  }

  private static func planes(_ elements: [Float], scale: Int) -> [[Double]] {
    stride(from: 0, to: elements.count, by: 8).map { reduced(elements[$0..<$0 + 8], scale: scale) }
  }

  /// Each class's map times each colour, both at the reduced size, class by class.
  private static func products(_ maps: [Float], scale: Int) -> [Double] {
    let images = planes(Basic.images.elements, scale: scale)
    return planes(maps, scale: scale).flatMap { map in
      images.flatMap { image in zip(map, image).map { $0 * $1 } }
    }
  }

  @Test(arguments: [1, 2])
  func eachClassTimesEachColour(_ scale: Int) throws {
    let encoding = LabelMapEncoding(.product, scale: scale)
    #expect(encoding.channels(classCount: 2) == 6)
    let (truth, prediction) = try evaluate(noParameters()) { pass in
      (
        encoding(truth: Basic.labels, beside: Basic.probabilities, images: Basic.images, in: pass),
        encoding(
          ClassProbabilities(pass.constant(Basic.probabilities)), images: Basic.images, labels: Basic.labels, in: pass)
      )
    }
    // Void pixels are 0 before they are averaged.
    let masked = Basic.probabilities.elements.enumerated().map { [3, 5].contains($0 % 8) ? 0 : $1 }
    for (found, maps) in [(truth, Tensor.oneHot(Basic.labels).elements), (prediction, masked)] {
      #expect(found.variable.shape == [1, 6, 2 / scale, 4 / scale])
      let expected = Self.products(maps, scale: scale)
      #expect(zip(found.variable.value.elements, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    }
    #expect(truth.coverage?.elements == prediction.coverage?.elements && truth.coverage != nil)
  }

  @Test func gradientsReachThePredictionByTheColours() throws {
    let (key, values) = try build(from: .stored(["p": Basic.probabilities])) {
      $0.parameter("p", [1, 2, 2, 4], .zeros)
    }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      let maps = LabelMapEncoding(.product, scale: 2)(
        ClassProbabilities(pass[key]), images: Basic.images, labels: Basic.labels, in: pass)
      return (sum(maps.variable), ())
    }
    // A quarter of the colours' sum in the pixel's window.
    let images = Self.planes(Basic.images.elements, scale: 2)
    let sums = (0..<2).map { window in images.reduce(0) { $0 + $1[window] } / 4 }
    let expected = (0..<16).map { [3, 5].contains($0 % 8) ? 0 : sums[$0 % 4 / 2] }
    #expect(zip(result.gradients.tensors[0].elements, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
  }

  /// One pixel, one class, one image.
  @Test func onePixel() throws {
    let labels = LabelBatch(shape: [1, 1, 1], classCount: 1, indices: [0])
    let images = Tensor([1, 3, 1, 1], [0.5, -1, 2])
    let maps = try evaluate(noParameters()) {
      LabelMapEncoding(.product, scale: 1)(truth: labels, beside: .zeros([1, 1, 1, 1]), images: images, in: $0)
        .variable.value.elements
    }
    #expect(maps == [0.5, -1, 2])
  }

  @Test func voidAloneIsBlack() throws {
    let labels = LabelBatch(shape: [1, 2, 4], classCount: 2, indices: [UInt16](repeating: LabelBatch.void, count: 8))
    let maps = try evaluate(noParameters()) { pass in
      LabelMapEncoding(.product, scale: 2)(
        ClassProbabilities(pass.constant(Basic.probabilities)), images: Basic.images, labels: labels, in: pass)
    }
    #expect(maps.variable.value.elements.allSatisfy { $0 == 0 } && maps.coverage?.elements == [0, 0])
  }
}
