import TesseraImaging
import TesseraProtocol

extension SegmentationRequest {
  /// Red, green and blue of the image, rows from the top, checked against the size that the request names.
  ///
  /// - Throws: BAD_SHAPE where bytes and size disagree; BAD_IMAGE where a PNG cannot be decoded or is one that the
  ///   protocol refuses.
  func pixels() throws(SegmentationError) -> [UInt8] {
    switch image {
    case .rgb8(let bytes):
      guard bytes.count == 3 * width * height else {
        throw SegmentationError(.badShape, "\(bytes.count) bytes are not three for each of \(width)×\(height) pixels")
      }
      return bytes
    case .png(let bytes):
      do {
        // The header is read and compared before anything is inflated.
        let header = try PNG.header(of: bytes)
        guard header.width == width, header.height == height else {
          throw SegmentationError(
            .badImage, "the PNG is \(header.width)×\(header.height), the request \(width)×\(height)")
        }
        guard header.bitDepth <= 8 else { throw SegmentationError(.badImage, "the PNG has 16 bits a sample; send 8") }
        guard try !PNG.structure(of: bytes).isAnimated else {
          throw SegmentationError(.badImage, "the PNG is animated; send one picture")
        }
        return try PNG.decodeImage(bytes).pixels
      } catch let error as PNGError {
        throw SegmentationError(.badImage, "\(error)")
      } catch let error as SegmentationError {
        throw error
      } catch {
        throw SegmentationError(.badImage)
      }
    }
  }
}
