import TesseraProtocol
import TestSupport

extension SegmentationRequest {
  /// A request for a picture of random pixels.
  static func random(
    _ width: Int, _ height: Int, outputs: OutputSet = .labels, seed: UInt64 = 1, model: String = ""
  ) -> SegmentationRequest {
    var generator = SplitMix64(seed: seed)
    return SegmentationRequest(
      image: .rgb8(generator.bytes(width * height * 3)), width: width, height: height, outputs: outputs, model: model)
  }

  /// A request for a picture of one colour, which compresses well.
  static func flat(_ width: Int, _ height: Int, outputs: OutputSet = .labels) -> SegmentationRequest {
    SegmentationRequest(
      image: .rgb8([UInt8](repeating: 5, count: width * height * 3)), width: width, height: height, outputs: outputs)
  }
}
