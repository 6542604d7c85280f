internal import TesseraLabels

/// A result ready to be sent: checked, digested, cut and compressed.
///
/// Making one is work in proportion to the result; do it off the event loop.
package struct EncodedResult: Sendable {
  let message: ResultMessage
  let body: MessageBody

  /// What proves which model saw which input, and how long it took.
  package var receipt: Receipt { message.receipt }

  /// Checks a result against its request and codes it.
  ///
  /// - Throws: INTERNAL where model, shape, classes or outputs are not what was asked for, or a label or sum is wrong;
  ///   NONFINITE_OUTPUT; TOO_LARGE over `maxResult`.
  package init(
    _ result: SegmentationResult, for complete: CompleteRequest, maxResult: UInt64
  ) throws(SegmentationError) {
    let request = complete.request
    let classes = complete.model.classes.count
    guard result.width == request.width, result.height == request.height, result.classCount == classes,
      result.outputs == request.outputs
    else {
      throw SegmentationError(.internal, "the model's answer has another shape than the request")
    }
    let receipt = result.receipt
    guard receipt.model == complete.model.name, receipt.generation == complete.model.generation,
      receipt.weightsDigest == complete.model.weightsDigest
    else {
      throw SegmentationError(.internal, "the answer is of another model than the request was admitted to")
    }
    let parts = try Self.sections(of: result)
    guard UInt64(parts.reduce(0) { $0 + $1.1.count }) <= maxResult else {
      throw SegmentationError(.tooLarge, "the result exceeds \(maxResult) bytes; scale the image down")
    }
    body = MessageBody(parts.map(\.1), encoding: complete.encoding)
    message = ResultMessage(
      width: UInt32(clamping: result.width), height: UInt32(clamping: result.height),
      classes: UInt16(clamping: classes), inputDigest: complete.inputDigest, outputDigest: body.digest,
      total: body.total, receipt: result.receipt,
      sections: parts.map { output, bytes in
        Section(
          kind: output.sectionKind,
          elementBytes: UInt8(clamping: output.elementBytes(classes: classes)), length: UInt64(bytes.count))
      })
  }

  private static func sections(
    of result: SegmentationResult
  ) throws(SegmentationError) -> [(OutputSet, [UInt8])] {
    let pixels = result.width * result.height
    var parts: [(OutputSet, [UInt8])] = []
    if let labels = result.labels {
      guard labels.width == result.width, labels.height == result.height, labels.classCount == result.classCount else {
        throw SegmentationError(.internal, "the label map has another shape than the result")
      }
      parts.append((.labels, try SectionCoding.encode(labels)))
    }
    if let confidence = result.confidence { parts.append((.confidence, confidence)) }
    if let probabilities = result.probabilities {
      let output: OutputSet
      let count: Int
      switch probabilities {
      case .f16(let values): (output, count) = (.probabilitiesF16, values.count)
      case .f32(let values): (output, count) = (.probabilitiesF32, values.count)
      }
      guard count == pixels * result.classCount else {
        throw SegmentationError(.internal, "\(count) probabilities for \(pixels) pixels")
      }
      try SectionCoding.check(probabilities, pixels: pixels)
      parts.append((output, SectionCoding.encode(probabilities)))
    }
    if let png = result.palettePNG {
      try SectionCoding.checkPalettePNG(png[...], width: result.width, height: result.height)
      parts.append((.palettePNG, png))
    }
    for (output, bytes) in parts {
      let exact = output.sectionBytes(pixels: UInt64(pixels), classes: result.classCount)
      guard output == .palettePNG || exact == UInt64(bytes.count) else {
        throw SegmentationError(.internal, "an output of \(bytes.count) bytes for \(pixels) pixels")
      }
    }
    return parts
  }
}
