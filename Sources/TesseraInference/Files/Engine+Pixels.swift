public import TesseraLabels
import TesseraProtocol

extension Engine {
  /// Labels an image that is decoded already, as a request for it would.
  ///
  /// - Parameters:
  ///   - pixels: red, green and blue, rows from the top.
  ///   - path: the file that errors name.
  /// - Throws: ``PredictionError`` where the engine refuses the image.
  public func labelMap(
    pixels: [UInt8], size: PixelSize, of path: String
  ) async throws(PredictionError) -> LabelMap {
    let result: SegmentationResult
    do {
      result = try await segment(
        SegmentationRequest(image: .rgb8(pixels), width: size.width, height: size.height, outputs: .labels))
    } catch {
      throw PredictionError(error, path: path)
    }
    guard let labels = result.labels else {
      preconditionFailure("Engine: no labels in the answer to a request for them")
    }
    return labels
  }
}
