extension Open {
  /// Checks what needs only the limits: encoding, shape and size, in this order.
  ///
  /// - Throws: UNSUPPORTED, BAD_SHAPE or TOO_LARGE, with the remedy.
  package func check(_ limits: ProtocolLimits) throws(SegmentationError) {
    guard let kind = InputKind(rawValue: input), layout == 1, channels == 3, bits == 8 else {
      throw SegmentationError(
        .unsupported, "input \(input), layout \(layout), \(channels) channels of \(bits) bits; send RGB8 or PNG, HWC")
    }
    guard RequestPriority(rawValue: priority) != nil else {
      throw SegmentationError(.unsupported, "priority \(priority); 0 is normal and 1 background")
    }
    guard !outputs.isEmpty, outputs.isSubset(of: .all), !outputs.isSuperset(of: [.probabilitiesF16, .probabilitiesF32])
    else {
      throw SegmentationError(.unsupported, "outputs \(outputs.rawValue); ask for known ones, in one precision")
    }
    guard width > 0, height > 0 else { throw SegmentationError(.badShape, "\(width)×\(height) is no image") }
    guard max(width, height) <= limits.maxSide, pixels <= limits.maxPixels else {
      throw SegmentationError(
        .tooLarge, "\(width)×\(height) exceeds a side of \(limits.maxSide) or \(limits.maxPixels) pixels; scale it down"
      )
    }
    guard total <= limits.maxMessage else {
      throw SegmentationError(.tooLarge, "\(total) bytes of input; at most \(limits.maxMessage) are taken")
    }
    // Three bytes for each of at most 2⁶⁴ / 3 pixels: sides are 32 bits, but maxPixels may be anything.
    let (rgb, overflow) = pixels.multipliedReportingOverflow(by: 3)
    guard kind == .rgb8 ? !overflow && total == rgb : total > 0 else {
      throw SegmentationError(.badShape, "\(total) bytes do not make \(width)×\(height) pixels of \(kind)")
    }
  }

  /// Checks what needs the model: outputs, shape, and the size of the result.
  ///
  /// - Throws: UNSUPPORTED, BAD_SHAPE or TOO_LARGE, with the remedy.
  package func check(_ model: ModelDescription, _ limits: ProtocolLimits) throws(SegmentationError) {
    guard outputs.isSubset(of: model.outputs), model.inputs.contains(where: { $0.rawValue == input }) else {
      throw SegmentationError(.unsupported, "\(model.name) does not take this input or give these outputs")
    }
    guard pixels <= model.maximumPixels else {
      throw SegmentationError(.tooLarge, "\(model.name) takes at most \(model.maximumPixels) pixels; scale it down")
    }
    let multiple = max(model.sideMultiple, 1)
    guard min(width, height) >= model.minimumSide, width % multiple == 0, height % multiple == 0 else {
      throw SegmentationError(
        .badShape, "\(model.name) takes sides of at least \(model.minimumSide) that are multiples of \(multiple)")
    }
    guard let size = outputs.resultBound(pixels: pixels, height: height, classes: model.classes.count),
      size <= limits.maxResult
    else {
      throw SegmentationError(
        .tooLarge, "the result would exceed \(limits.maxResult) bytes; ask for fewer outputs or scale the image down")
    }
  }

  /// Pixels of the image; two factors of 32 bits fit into 64.
  package var pixels: UInt64 { UInt64(width) * UInt64(height) }
}
