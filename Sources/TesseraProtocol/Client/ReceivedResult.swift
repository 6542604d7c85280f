internal import TesseraLabels

/// A result whose bytes are complete and have the digests they should, not yet read.
package struct ReceivedResult: Sendable {
  package let message: ResultMessage
  package let bytes: [UInt8]

  /// - Precondition: the lengths of the message's sections sum to the number of bytes.
  package init(message: ResultMessage, bytes: [UInt8]) {
    self.message = message
    self.bytes = bytes
  }

  /// Reads the sections; work in proportion to the result, so do it off the event loop.
  ///
  /// - Throws: NONFINITE_OUTPUT or INTERNAL where a value is not what the protocol promises, with the pixel.
  package func decode() throws(SegmentationError) -> SegmentationResult {
    let (width, height, classes) = (Int(message.width), Int(message.height), Int(message.classes))
    var result = Parts()
    var start = 0
    for section in message.sections {
      // The lengths were held against the bytes that came.
      let slice = bytes[start..<start + Int(section.length)]
      start += Int(section.length)
      switch section.kind {
      case 1:
        result.labels = try SectionCoding.decodeLabels(slice, width: width, height: height, classes: classes)
      case 2: result.confidence = Array(slice)
      case 3:
        result.probabilities =
          section.elementBytes == 2 ? SectionCoding.decodeF16(slice) : SectionCoding.decodeF32(slice)
      default:
        try SectionCoding.checkPalettePNG(slice, width: width, height: height)
        result.palettePNG = Array(slice)
      }
    }
    if let probabilities = result.probabilities {
      try SectionCoding.check(probabilities, pixels: width * height)
    }
    return SegmentationResult(
      width: width, height: height, classCount: classes, labels: result.labels, confidence: result.confidence,
      probabilities: result.probabilities, palettePNG: result.palettePNG, receipt: message.receipt)
  }
}

/// A result's outputs while they are read.
private struct Parts {
  var labels: LabelMap?
  var confidence: [UInt8]?
  var probabilities: SegmentationResult.Probabilities?
  var palettePNG: [UInt8]?
}
