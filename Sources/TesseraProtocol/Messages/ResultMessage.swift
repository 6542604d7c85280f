package import NIOCore

/// RESULT: what the DATA behind it holds, and receipts for it.
///
///     0 u32 width    4 u32 height    8 u16 classes    10 u8 label bytes    11 u8 number of sections
///     12 u32 model generation    16 u16 batch size    18 u16 0
///     20 u32 decode_us    24 u32 queue_us    28 u32 compute_us
///     32 weights digest    64 input digest    96 digest of the decoded RGB8    128 output digest
///     160 u64 total plain bytes of DATA
///     168 str8 model
///     sections
package struct ResultMessage: WireMessage {
  package static let type = MessageType.result

  package var width: UInt32
  package var height: UInt32
  package var classes: UInt16
  package var inputDigest: ContentDigest
  package var outputDigest: ContentDigest
  package var total: UInt64
  package var receipt: Receipt
  /// In the order of their bytes in DATA.
  package var sections: [Section]

  package init(
    width: UInt32, height: UInt32, classes: UInt16, inputDigest: ContentDigest, outputDigest: ContentDigest,
    total: UInt64, receipt: Receipt, sections: [Section]
  ) {
    self.width = width
    self.height = height
    self.classes = classes
    self.inputDigest = inputDigest
    self.outputDigest = outputDigest
    self.total = total
    self.receipt = receipt
    self.sections = sections
  }

  package init(reading reader: inout WireReader) throws(WireError) {
    width = try reader.integer("width")
    height = try reader.integer("height")
    classes = try reader.integer("classes")
    if !(1...ModelDescription.mostClasses).contains(Int(classes)) {
      throw reader.violation("classes", "is \(classes), outside 1…\(ModelDescription.mostClasses)")
    }
    let labelBytes = try reader.integer("label bytes", as: UInt8.self)
    if labelBytes != (classes > 256 ? 2 : 1) {
      throw reader.violation("label bytes", "is \(labelBytes) for \(classes) classes")
    }
    let count = try reader.integer("number of sections", as: UInt8.self)
    let generation: UInt32 = try reader.integer("generation")
    let batchSize: UInt16 = try reader.integer("batch size")
    try reader.reserved("bytes 18–19", as: UInt16.self)
    let decodeTime = try reader.microseconds("decode_us")
    let queueTime = try reader.microseconds("queue_us")
    let computeTime = try reader.microseconds("compute_us")
    let weights = try reader.digest("weights digest")
    inputDigest = try reader.digest("input digest")
    let pixels = try reader.digest("pixels digest")
    outputDigest = try reader.digest("output digest")
    total = try reader.integer("total")
    let model = try reader.string("model")
    receipt = Receipt(
      model: model, generation: generation, weightsDigest: weights, pixelsDigest: pixels,
      batchSize: Int(batchSize), decodeTime: decodeTime, queueTime: queueTime, computeTime: computeTime)
    sections = []
    for _ in 0..<count { sections.append(try Section(reading: &reader)) }
  }

  package func encode(into payload: inout ByteBuffer) {
    payload.writeWire(width)
    payload.writeWire(height)
    payload.writeWire(classes)
    payload.writeWire(UInt8(classes > 256 ? 2 : 1))
    payload.writeWire(UInt8(clamping: sections.count))
    payload.writeWire(receipt.generation)
    payload.writeWire(UInt16(clamping: receipt.batchSize))
    payload.writeWire(UInt16(0))
    payload.writeWire(receipt.decodeTime.wireMicroseconds)
    payload.writeWire(receipt.queueTime.wireMicroseconds)
    payload.writeWire(receipt.computeTime.wireMicroseconds)
    payload.writeWire(receipt.weightsDigest)
    payload.writeWire(inputDigest)
    payload.writeWire(receipt.pixelsDigest)
    payload.writeWire(outputDigest)
    payload.writeWire(total)
    payload.writeWire(receipt.model)
    for section in sections { section.encode(into: &payload) }
  }
}
