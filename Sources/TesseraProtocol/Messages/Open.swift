package import NIOCore

/// OPEN: one request, before its data.
///
///     0 u8 input    1 u8 layout = 1    2 u16 outputs    4 u32 width    8 u32 height
///     12 u8 channels = 3    13 u8 bits = 8    14 u8 priority    15 u8 0
///     16 u64 total    24 u32 budget_ms    28 u32 model generation
///     32 SHA-256 of the plain bytes
///     64 str8 model
///     TLVs
///
/// Numbers that a server may not know are kept as they came: ``check(_:)`` refuses the request, not the connection.
package struct Open: WireMessage {
  package static let type = MessageType.open

  /// An ``InputKind``, or a number nobody knows.
  package var input: UInt8
  /// 1: rows top first, pixels interleaved.
  package var layout: UInt8 = 1
  package var outputs: OutputSet
  /// Pixels in a row; the result has this size.
  package var width: UInt32
  package var height: UInt32
  package var channels: UInt8 = 3
  package var bits: UInt8 = 8
  /// A ``RequestPriority``, or a number nobody knows.
  package var priority: UInt8
  /// Plain bytes of the DATA to come; 64 bits, though limits keep it small, as sums of it never overflow.
  package var total: UInt64
  /// Milliseconds from this frame's first byte; 0 takes the server's default.
  package var budget: UInt32
  /// 0 takes the current one.
  package var generation: UInt32
  /// SHA-256 of the plain bytes.
  package var digest: ContentDigest
  /// "" takes the default.
  package var model: String
  package var extensions: [TLV] = []

  package init(
    input: InputKind, outputs: OutputSet, width: UInt32, height: UInt32, priority: RequestPriority = .normal,
    total: UInt64, budget: UInt32 = 0, generation: UInt32 = 0, digest: ContentDigest, model: String = ""
  ) {
    self.input = input.rawValue
    self.outputs = outputs
    self.width = width
    self.height = height
    self.priority = priority.rawValue
    self.total = total
    self.budget = budget
    self.generation = generation
    self.digest = digest
    self.model = model
  }

  package init(reading reader: inout WireReader) throws(WireError) {
    input = try reader.integer("input")
    layout = try reader.integer("layout")
    outputs = OutputSet(rawValue: try reader.integer("outputs"))
    width = try reader.integer("width")
    height = try reader.integer("height")
    channels = try reader.integer("channels")
    bits = try reader.integer("bits")
    priority = try reader.integer("priority")
    try reader.reserved("byte 15", as: UInt8.self)
    total = try reader.integer("total")
    budget = try reader.integer("budget_ms")
    generation = try reader.integer("generation")
    digest = try reader.digest("digest")
    model = try reader.string("model")
    extensions = try reader.extensions(known: [.traceparent])
  }

  package func encode(into payload: inout ByteBuffer) {
    payload.writeWire(input)
    payload.writeWire(layout)
    payload.writeWire(outputs.rawValue)
    payload.writeWire(width)
    payload.writeWire(height)
    payload.writeWire(channels)
    payload.writeWire(bits)
    payload.writeWire(priority)
    payload.writeWire(UInt8(0))
    payload.writeWire(total)
    payload.writeWire(budget)
    payload.writeWire(generation)
    payload.writeWire(digest)
    payload.writeWire(model)
    payload.writeWire(extensions)
  }

  /// The W3C trace context, where the client sent one that is text.
  package var traceparent: String? {
    extensions.first { $0.id == .traceparent }.flatMap { String(validating: $0.value, as: UTF8.self) }
  }
}
