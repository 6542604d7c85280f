internal import NIOCore
internal import TesseraLabels
internal import TesseraProtocol

extension Check {
  /// Receipts and shape of an answer.
  static let results: [Check] = [
    result("result-input-digest", "the input digest is that of the bytes sent", "their SHA-256") {
      result, talk in
      result.inputDigest == talk.digest ? nil : "\(result.inputDigest)"
    },
    result("result-pixels-digest", "for RGB8 the model saw the bytes sent", "their SHA-256") {
      result, talk in
      result.receipt.pixelsDigest == talk.digest ? nil : "\(result.receipt.pixelsDigest)"
    },
    answer(
      "result-output-digest", "the output digest is that of all plain bytes of DATA",
      "their SHA-256"
    ) {
      result, plain, _ in
      result.outputDigest == ContentDigest(of: plain) ? nil : "\(result.outputDigest)"
    },
    answer(
      "result-total", "total is the number of plain bytes of DATA", "a total that DATA sums to"
    ) {
      result, plain, _ in
      result.total == UInt64(plain.count) ? nil : "\(result.total) for \(plain.count) bytes"
    },
    result(
      "result-weights-digest", "the weights' digest is the one that INFO tells", "INFO's digest"
    ) { result, talk in
      result.receipt.weightsDigest == talk.model.weightsDigest
        ? nil : "\(result.receipt.weightsDigest)"
    },
    result(
      "result-model", "the model is the one that was asked, with INFO's generation",
      "name and generation of INFO"
    ) {
      result, talk in
      let receipt = result.receipt
      let isSame = receipt.model == talk.model.name && receipt.generation == talk.model.generation
      return isSame ? nil : "\(receipt.model) of generation \(receipt.generation)"
    },
    result("result-size", "width and height are those of OPEN", "the size asked for") {
      result, talk in
      let isSame = result.width == talk.open.width && result.height == talk.open.height
      return isSame ? nil : "\(result.width)×\(result.height)"
    },
    result("result-classes", "classes are as many as INFO tells", "INFO's number") { result, talk in
      result.classes == talk.model.classCount ? nil : "\(result.classes)"
    },
    result(
      "result-sections", "one section for each output asked for, kinds ascending", "those sections"
    ) { result, talk in
      let kinds = talk.open.outputs.inOrder.map(\.sectionKind)
      return result.sections.map(\.kind) == kinds ? nil : "kinds \(result.sections.map(\.kind))"
    },
    result(
      "result-section-lengths", "sections are as long as their outputs and sum to total",
      "those lengths"
    ) {
      result, talk in
      let fits = zip(result.sections, talk.open.outputs.inOrder).allSatisfy { section, output in
        guard output != .palettePNG else { return section.length > 0 }
        return section.length
          == output.sectionBytes(pixels: talk.open.pixels, classes: Int(result.classes))
          && section.elementBytes == output.elementBytes(classes: Int(result.classes))
      }
      let sum = result.sections.reduce(into: UInt64(0)) { $0 &+= $1.length }
      return fits && sum == result.total
        ? nil : "lengths \(result.sections.map(\.length)) of \(result.total)"
    },
    result("result-batch", "batch size counts this request", "1 or more") { result, _ in
      result.receipt.batchSize >= 1 ? nil : "0"
    },
    Check(
      .answers, "interleaved",
      "the DATA of two requests may take turns, and each gets its own answer"
    ) {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      guard talk.facts.limits.maxInflight > 1,
        talk.facts.limits.credit >= 2 * UInt64(image.bytes.count)
      else {
        throw Skip("the server takes one request at a time")
      }
      let other = Array(image.bytes.reversed())
      try talk.shake()
      talk.open(image, id: 1)
      talk.open(image, id: 2) { $0.digest = ContentDigest(of: other) }
      talk.data(Array(image.bytes.prefix(3)), id: 1, end: false)
      talk.data(Array(other.prefix(3)), id: 2, end: false)
      talk.data(Array(other.dropFirst(3)), id: 2)
      talk.data(Array(image.bytes.dropFirst(3)), id: 1)
      for (id, bytes) in [(1 as UInt64, image.bytes), (2, other)] {
        talk.expect(
          .answer(id, "an answer with the digest of its own input") { answer in
            answer.result?.inputDigest == ContentDigest(of: bytes) ? nil : "another input's"
          })
      }
    },
    Check(
      .answers, "same-input-same-output", "requests are pure: the same input gives the same labels"
    ) {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.request(image, id: 1)
      talk.expect(.answer(1))
      talk.request(image, id: 2)
      talk.expect(.sameAnswers(1, 2))
    },
  ]

  /// What an answer was asked with.
  private struct Asked: Sendable {
    let open: Open
    let model: ModelSummary
    let digest: ContentDigest
  }

  private static func result(
    _ name: String, _ rule: String, _ wanted: String,
    _ fault: @escaping @Sendable (ResultMessage, Asked) -> String?
  ) -> Check {
    answer(name, rule, wanted) { result, _, asked in fault(result, asked) }
  }

  private static func answer(
    _ name: String, _ rule: String, _ wanted: String, section: SpecificationSection = .result,
    outputs: OutputSet = .labels,
    _ fault: @escaping @Sendable (ResultMessage, [UInt8], Asked) -> String?
  ) -> Check {
    Check(section, name, rule) { (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      guard let model = talk.facts.model else { throw Skip("the server names no model") }
      guard model.outputs.isSuperset(of: outputs) else {
        throw Skip("the model does not give this output")
      }
      try talk.shake()
      let open = talk.request(image) { $0.outputs = outputs }
      let asked = Asked(open: open, model: model, digest: ContentDigest(of: image.bytes))
      talk.expect(
        .answer(1, wanted) { answer in
          guard let result = answer.result else {
            return "a RESULT that cannot be read: \(answer.fault)"
          }
          return fault(result, answer.plain, asked)
        })
    }
  }

  /// What sections hold.
  static let values: [Check] = [
    value("labels-below-classes", "each label is less than classes", .labels),
    value("confidence", "confidence is one byte a pixel", .confidence),
    value(
      "probabilities-f16", "probabilities are finite, not negative, and sum to 1 within 2e-3",
      .probabilitiesF16),
    value(
      "probabilities-f32", "probabilities are finite, not negative, and sum to 1 within 1e-5",
      .probabilitiesF32),
    value(
      "palette-png", "the palette PNG has colour type 3, depth 8 and the result's size", .palettePNG
    ),
    answer(
      "labels-are-likeliest", "labels are the likeliest classes, ties the lowest",
      "the largest probability's class",
      section: .encodings, outputs: [.labels, .probabilitiesF32]
    ) { result, plain, _ in
      guard let decoded = try? ReceivedResult(message: result, bytes: plain).decodeChecked(),
        case .f32(let planes)? = decoded.probabilities,
        let labels = decoded.labels?.indices(void: .max)
      else { return "sections that cannot be read" }
      let pixels = decoded.width * decoded.height
      let wrong = (0..<pixels).first { pixel in
        let own = planes[Int(labels[pixel]) * pixels + pixel]
        return stride(from: pixel, to: planes.count, by: pixels).contains { planes[$0] > own }
      }
      return wrong.map { "another class at pixel \($0)" }
    },
  ]

  private static func value(_ name: String, _ rule: String, _ output: OutputSet) -> Check {
    answer(name, rule, "such values", section: .encodings, outputs: output) {
      result, plain, asked in
      do throws(SegmentationError) {
        _ = try ReceivedResult(message: result, bytes: plain).decodeChecked()
        return nil
      } catch {
        return error.message
      }
    }
  }
}

extension ReceivedResult {
  /// Decodes sections whose lengths nobody has held against the bytes yet.
  fileprivate func decodeChecked() throws(SegmentationError) -> SegmentationResult {
    var left = UInt64(bytes.count)
    for section in message.sections {
      guard section.length <= left else {
        throw SegmentationError(.internal, "sections of more bytes than came")
      }
      left -= section.length
    }
    let pixels = UInt64(message.width) * UInt64(message.height)
    for section in message.sections {
      guard let output = section.output,
        output == .palettePNG || section.length == output.sectionBytes(pixels: pixels, classes: Int(message.classes))
      else { throw SegmentationError(.internal, "a section of kind \(section.kind) and \(section.length) bytes") }
    }
    guard left == 0 else { throw SegmentationError(.internal, "bytes behind the last section") }
    return try decode()
  }
}

extension Section {
  fileprivate var output: OutputSet? {
    switch (kind, elementBytes) {
    case (1, _): .labels
    case (2, _): .confidence
    case (3, 2): .probabilitiesF16
    case (3, _): .probabilitiesF32
    case (4, _): .palettePNG
    default: nil
    }
  }
}

extension Expectation {
  /// Two answers of the same bytes.
  static func sameAnswers(_ first: UInt64, _ second: UInt64) -> Self {
    Self(description: "the same bytes in the answers to \(first) and \(second)") { transcript in
      switch (transcript.outcome(of: first), transcript.outcome(of: second)) {
      case (.answered(let one), .answered(let other)):
        return one.plain == other.plain ? .met : .broken("others")
      case (.failed(let error), _), (_, .failed(let error)):
        return Transcript.busyCodes.contains(error.code)
          ? .busy(error.code) : .broken("ERROR \(error.code)")
      default: return transcript.endJudgement
      }
    }
  }
}
