package import NIOCore

/// HELLO: what the client speaks and accepts.
///
///     u32 largest DATA it accepts (plain)
///     u8 n, n × u8 versions
///     u8 n, n × u8 codecs, in order of preference
///     str8 agent
///     TLVs
package struct Hello: WireMessage {
  package static let type = MessageType.hello

  /// Most plain bytes in one frame of DATA that the client accepts; at least 65,536.
  package let largestChunk: UInt32
  /// A list and not a range, so that numbers nobody speaks can be slipped in.
  package let versions: [ProtocolVersion]
  /// In order of preference; identity needs no mention.
  package let codecs: [Codec]
  /// Name and version of the software, for logs.
  package let agent: String
  package let extensions: [TLV]

  package init(
    largestChunk: UInt32, versions: [ProtocolVersion], codecs: [Codec], agent: String, extensions: [TLV] = []
  ) {
    self.largestChunk = largestChunk
    self.versions = versions
    self.codecs = codecs
    self.agent = agent
    self.extensions = extensions
  }

  package init(reading reader: inout WireReader) throws(WireError) {
    largestChunk = try reader.integer("largest DATA")
    if largestChunk < MessageType.leastChunk {
      throw reader.violation("largest DATA", "is \(largestChunk), less than \(MessageType.leastChunk)")
    }
    versions = try reader.list("versions").map(ProtocolVersion.init)
    codecs = try reader.list("codecs").map(Codec.init)
    agent = try reader.string("agent")
    extensions = try reader.extensions(known: [])
  }

  package func encode(into payload: inout ByteBuffer) {
    payload.writeWire(largestChunk)
    payload.writeWire(list: versions.map(\.rawValue))
    payload.writeWire(list: codecs.map(\.rawValue))
    payload.writeWire(agent)
    payload.writeWire(extensions)
  }
}
