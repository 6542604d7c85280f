internal import NIOCore

extension ProtocolLimits {
  /// Bytes on the wire.
  package static let byteCount = 72

  /// Writes the 72 bytes that HELLO_ACK holds from offset 16.
  ///
  ///     0 u32 max_chunk    4 u32 max_open    8 u32 max_inflight    12 u32 max_side
  ///     16 u64 max_pixels    24 u64 max_message    32 u64 max_result    40 u64 credit
  ///     48 u32 default_budget_ms    52 u32 max_budget_ms    56 u32 idle_ms
  ///     60 u32 ping_min_ms    64 u32 frame_ms    68 u32 write_stall_ms
  func encode(into payload: inout ByteBuffer) {
    for value in [maxChunk, maxOpen, maxInflight, maxSide] { payload.writeWire(value) }
    for value in [maxPixels, maxMessage, maxResult, credit] { payload.writeWire(value) }
    for value in [defaultBudget, maxBudget, idle, pingInterval, frame, writeStall] {
      payload.writeWire(value.wireMilliseconds)
    }
  }

  init(reading reader: inout WireReader) throws(WireError) {
    maxChunk = try reader.integer("max_chunk")
    if !(1...MessageType.largestChunk).contains(maxChunk) {
      throw reader.violation("max_chunk", "is \(maxChunk), outside 1…\(MessageType.largestChunk)")
    }
    maxOpen = try reader.integer("max_open")
    maxInflight = try reader.integer("max_inflight")
    if maxInflight == 0 { throw reader.violation("max_inflight", "is 0: no request could ever be opened") }
    maxSide = try reader.integer("max_side")
    maxPixels = try reader.integer("max_pixels")
    maxMessage = try reader.integer("max_message")
    maxResult = try reader.integer("max_result")
    credit = try reader.integer("credit")
    defaultBudget = try reader.milliseconds("default_budget_ms")
    maxBudget = try reader.milliseconds("max_budget_ms")
    idle = try reader.milliseconds("idle_ms")
    pingInterval = try reader.milliseconds("ping_min_ms")
    frame = try reader.milliseconds("frame_ms")
    writeStall = try reader.milliseconds("write_stall_ms")
  }

  /// Time for one frame of `wireLength` payload bytes, first byte to last.
  func frameTime(wireLength: UInt32) -> Duration { frame + .seconds(Int64(wireLength >> 20) + 1) }
}
