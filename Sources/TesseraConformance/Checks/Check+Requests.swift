internal import NIOCore
internal import TesseraProtocol

extension Check {
  /// Overrun bounds.
  static let credit: [Check] = [
    Check(.credit, "max-inflight", "an OPEN over max_inflight is CREDIT") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      let limits = talk.facts.limits
      guard limits.maxInflight <= 1024 else { throw Skip("max_inflight is \(limits.maxInflight)") }
      let (sum, overflow) = UInt64(image.bytes.count).multipliedReportingOverflow(
        by: UInt64(limits.maxInflight) + 1)
      guard !overflow, sum <= limits.credit else {
        throw Skip("credit is spent before max_inflight")
      }
      try talk.shake()
      for id in 1...UInt64(limits.maxInflight) + 1 { talk.open(image, id: id) }
      talk.expect(.fatal(.credit))
    },
    Check(.credit, "credit", "an OPEN over credit is CREDIT") { (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      let limits = talk.facts.limits
      guard let model = talk.facts.model, model.inputs & 2 == 2 else {
        throw Skip("the model takes no PNG")
      }
      let total = min(limits.maxMessage, limits.credit)
      guard total > 0, limits.credit / total < UInt64(limits.maxInflight) else {
        throw Skip("max_inflight is reached before credit")
      }
      try talk.shake()
      for id in 1...limits.credit / total + 1 {
        talk.open(image, id: id) {
          $0.input = InputKind.png.rawValue
          $0.total = total
        }
      }
      talk.expect(.fatal(.credit))
    },
    Check(.credit, "credit-comes-back", "the terminal frame gives place and credit back") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      let limits = talk.facts.limits
      guard limits.maxInflight <= 32 else { throw Skip("max_inflight is \(limits.maxInflight)") }
      try talk.shake()
      for id in 1...UInt64(limits.maxInflight) + 1 {
        talk.open(image, id: id)
        talk.data(Array(image.bytes.reversed()), id: id)
        talk.expect(.refused(id, .digest))
      }
      talk.expectMore()
    },
    Check(
      .requestData, "skipped-data-over-credit", "at most credit bytes are skipped between two OPENs"
    ) {
      (talk: inout Script) throws(Skip) in
      try talk.requireZstd()
      let image = try talk.facts.image()
      let limits = talk.facts.limits
      let chunk = UInt64(min(max(limits.maxChunk, 2), MessageType.largestChunk))
      guard limits.credit / chunk <= 4096 else { throw Skip("credit is \(limits.credit) bytes") }
      try talk.shake()
      talk.open(image) { $0.model = "nobody-has-this-name" }
      talk.expect(.refused(1, .unknownModel))
      // Lengths alone count: nobody reads what is skipped.
      for _ in 0...limits.credit / chunk {
        talk.data(zstd: [0], plainLength: UInt32(chunk), end: false)
      }
      talk.expect(.fatal(.credit))
    },
  ]

  /// What is refused before its data.
  static let admission: [Check] = refusals + otherAdmissions

  private static let refusals: [Check] = refusedOpens.map { name, code, change in
    refusal(
      "open-\(name)", "what the server does not offer is refused alone, as \(code)", code, change)
  }

  private static let refusedOpens: [(String, ErrorCode, @Sendable (inout Open) -> Void)] = [
    ("input-0", .unsupported, { $0.input = 0 }), ("input-3", .unsupported, { $0.input = 3 }),
    ("layout-0", .unsupported, { $0.layout = 0 }), ("layout-2", .unsupported, { $0.layout = 2 }),
    ("channels-1", .unsupported, { $0.channels = 1 }),
    ("channels-4", .unsupported, { $0.channels = 4 }),
    ("bits-16", .unsupported, { $0.bits = 16 }),
    ("priority-2", .unsupported, { $0.priority = 2 }),
    ("outputs-none", .unsupported, { $0.outputs = [] }),
    ("outputs-unknown", .unsupported, { $0.outputs = OutputSet(rawValue: 0x8001) }),
    (
      "outputs-both-precisions", .unsupported,
      { $0.outputs = [.probabilitiesF16, .probabilitiesF32] }
    ),
    ("width-0", .badShape, { $0.width = 0 }), ("height-0", .badShape, { $0.height = 0 }),
    ("total-0", .badShape, { $0.total = 0 }), ("total-less", .badShape, { $0.total -= 1 }),
    ("total-more", .badShape, { $0.total += 1 }),
    ("sides-largest", .tooLarge, { ($0.width, $0.height) = (.max, .max) }),
    ("total-largest", .tooLarge, { $0.total = .max }),
    ("model-unknown", .unknownModel, { $0.model = "nobody-has-this-name" }),
    ("model-path", .unknownModel, { $0.model = "../../etc/passwd" }),
    ("model-url", .unknownModel, { $0.model = "http://localhost/model" }),
    ("model-zero-byte", .unknownModel, { $0.model += "\0" }),
    ("model-longest", .unknownModel, { $0.model = String(repeating: "m", count: 255) }),
    ("generation-unknown", .unknownModel, { $0.generation = 0xffff_fff0 }),
  ]

  private static let otherAdmissions: [Check] = [
    Check(.admission, "open-side-over-max", "the longer side is at most max_side") {
      (talk: inout Script) throws(Skip) in
      let limit = talk.facts.limits.maxSide
      guard limit < .max else { throw Skip("max_side is the largest number") }
      let image = try talk.facts.image()
      try talk.shake()
      talk.open(image) {
        ($0.width, $0.height, $0.total) = (limit + 1, 1, 3 * (UInt64(limit) + 1))
      }
      talk.expect(.refused(1, .tooLarge))
      talk.expectMore()
    },
    Check(.admission, "open-total-over-max-message", "total is at most max_message") {
      (talk: inout Script) throws(Skip) in
      let limit = talk.facts.limits.maxMessage
      guard limit < .max else { throw Skip("max_message is the largest number") }
      let image = try talk.facts.image()
      try talk.shake()
      talk.open(image) { ($0.input, $0.total) = (InputKind.png.rawValue, limit + 1) }
      talk.expect(.refused(1, .tooLarge))
      talk.expectMore()
    },
    Check(.admission, "open-side-no-multiple", "sides are multiples of the model's") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      guard let multiple = talk.facts.model?.sideMultiple, multiple > 1 else {
        throw Skip("any side will do")
      }
      try talk.shake()
      talk.open(image) {
        $0.width += 1
        $0.total = 3 * $0.pixels
      }
      talk.expect(.refused(1, .badShape))
      talk.expectMore()
    },
    Check(.admission, "open-over-the-models-pixels", "pixels stay within the model's limit, which INFO tells") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      guard let model = talk.facts.model else { throw Skip("the server names no model") }
      let (limits, multiple) = (talk.facts.limits, UInt64(max(model.sideMultiple, 1)))
      let width = UInt64(limits.maxSide) / multiple * multiple
      let height = (model.maximumPixels / width / multiple + 1).multipliedReportingOverflow(by: multiple)
      guard !height.overflow, height.partialValue <= width,
        width * height.partialValue <= min(limits.maxPixels, limits.maxMessage / 3, limits.credit / 3)
      else { throw Skip("the server's own limits are reached before the model's") }
      try talk.shake()
      talk.open(image) {
        ($0.width, $0.height) = (UInt32(width), UInt32(height.partialValue))
        $0.total = 3 * $0.pixels
      }
      talk.expect(.refused(1, .tooLarge))
      talk.expectMore()
    },
    Check(.admission, "model-by-name", "a model may be named, with its generation") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      guard let model = talk.facts.model else { throw Skip("the server names no model") }
      try talk.shake()
      talk.request(image) {
        ($0.model, $0.generation, $0.priority) = (model.name, model.generation, 1)
      }
      talk.expect(.answer())
    },
    Check(.admission, "png-that-is-none", "bytes that are no PNG are BAD_IMAGE") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      guard let model = talk.facts.model, model.inputs & 2 == 2 else {
        throw Skip("the model takes no PNG")
      }
      try talk.shake()
      talk.request(image) { $0.input = InputKind.png.rawValue }
      talk.expect(.refused(1, .badImage))
      talk.expectMore()
    },
  ]

  private static func refusal(
    _ name: String, _ rule: String, _ code: ErrorCode,
    _ change: @escaping @Sendable (inout Open) -> Void
  ) -> Check {
    Check(.admission, name, rule) { (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.request(image, alter: change)
      talk.expect(.refused(1, code))
      talk.expectMore()
    }
  }

  /// How the bytes of a request come.
  static let data: [Check] = [
    pieces("data-ends-short", "DATA sums to total where END comes", .sizeMismatch) {
      [(Array($0.dropLast()), true)]
    },
    pieces("data-ends-over", "DATA sums to total where END comes", .sizeMismatch) {
      [($0 + [0], true)]
    },
    pieces("data-goes-on-at-total", "DATA sums to less than total before END", .sizeMismatch) {
      [($0, false)]
    },
    pieces("data-over-total", "DATA sums to less than total before END", .sizeMismatch) {
      [($0 + [0], false)]
    },
    pieces("data-ends-short-later", "DATA sums to total where END comes", .sizeMismatch) {
      [(Array($0.prefix(3)), false), (Array($0[3..<5]), true)]
    },
    Check(.requestData, "data-over-total-undecoded", "DATA is held against total before it is decompressed") {
      (talk: inout Script) throws(Skip) in
      try talk.requireZstd()
      let image = try talk.facts.image()
      guard image.bytes.count < Int(talk.facts.limits.maxChunk) else { throw Skip("max_chunk is too small") }
      try talk.shake()
      talk.open(image)
      talk.data(zstd: Array("junk".utf8), plainLength: UInt32(image.bytes.count) + 1)
      talk.expect(.refused(1, .sizeMismatch))
      talk.expectMore()
    },
    pieces("data-of-another-digest", "the SHA-256 of the bytes is OPEN's", .digest) {
      [($0.reversed(), true)]
    },
    pieces("data-one-bit-off", "the SHA-256 of the bytes is OPEN's", .digest) {
      [([$0[0] ^ 1] + $0.dropFirst(), true)]
    },
    Check(.requestData, "data-cut-anywhere", "the sender cuts the message where it likes") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.open(image)
      for byte in image.bytes.prefix(4) { talk.data([byte], end: false) }
      talk.data(Array(image.bytes.dropFirst(4)))
      talk.expect(.answer())
    },
    Check(.requestData, "data-of-a-finished-id", "DATA of a finished id is skipped unread") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.request(image) { $0.model = "nobody-has-this-name" }
      talk.expect(.refused(1, .unknownModel))
      talk.frame(.data, [1, 2, 3], id: 1) { $0.payloadCRC ^= 1 }
      talk.expectMore()
    },
  ]

  private static func pieces(
    _ name: String, _ rule: String, _ code: ErrorCode,
    _ pieces: @escaping @Sendable ([UInt8]) -> [([UInt8], Bool)]
  ) -> Check {
    Check(.requestData, name, rule) { (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.open(image)
      for (piece, end) in pieces(image.bytes) { talk.data(piece, end: end) }
      talk.expect(.refused(1, code))
      talk.expectMore()
    }
  }

  /// Requests that are given up.
  static let deadlinesAndCancels: [Check] = [
    Check(.deadline, "budget-of-1-ms", "a passed deadline ends the request with DEADLINE") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.open(image) { $0.budget = 1 }
      talk.pause(.milliseconds(50))
      talk.data(image.bytes)
      talk.expect(.refused(1, .deadline))
      talk.expectMore()
    },
    Check(
      .cancelling, "cancel-while-receiving",
      "CANCEL ends a request that is not computed with CANCELLED at once"
    ) {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.open(image)
      talk.frame(.cancel, id: 1)
      talk.expect(.refused(1, .cancelled))
      talk.expectMore()
    },
    Check(
      .cancelling, "cancel-while-computing",
      "CANCEL of what is computed ends in CANCELLED or the answer"
    ) {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.request(image)
      talk.frame(.cancel, id: 1)
      talk.expect(.answerOr(.cancelled))
      talk.expectMore()
    },
    Check(.cancel, "cancel-of-a-finished-id", "it is ignored and costs nothing") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.request(image)
      talk.expect(.answer())
      for _ in 0..<250 { talk.frame(.cancel, id: 1) }
      talk.expectMore()
    },
  ]
}
