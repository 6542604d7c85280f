package import NIOCore

/// HELLO_ACK: what was agreed on, and every limit.
///
/// The first 16 bytes are the same in all versions.
///
///     0 u8 version    1 u8 state    2 u8 auth    3 u8 0
///     4 u32 CRC-32C of the HELLO payload received
///     8 u64 server instance
///     16 limits, 72 bytes
///     88 u8 n, n × u8 codecs
///     str8 agent
///     TLVs
package struct HelloAck: WireMessage {
  package static let type = MessageType.helloAck

  /// The highest common version.
  package let version: ProtocolVersion
  package let state: ServerState
  package let authentication: AuthenticationDemand
  /// Shows the client if its offer was changed on the way.
  package let helloCRC: UInt32
  /// A random number of the server's process.
  package let instance: UInt64
  package let limits: ProtocolLimits
  /// The codecs both speak; each DATA frame may use any of them, identity always.
  package let codecs: [Codec]
  package let agent: String
  package let extensions: [TLV]

  package init(
    version: ProtocolVersion, state: ServerState, authentication: AuthenticationDemand, helloCRC: UInt32,
    instance: UInt64, limits: ProtocolLimits, codecs: [Codec], agent: String, extensions: [TLV] = []
  ) {
    self.version = version
    self.state = state
    self.authentication = authentication
    self.helloCRC = helloCRC
    self.instance = instance
    self.limits = limits
    self.codecs = codecs
    self.agent = agent
    self.extensions = extensions
  }

  package init(reading reader: inout WireReader) throws(WireError) {
    version = ProtocolVersion(rawValue: try reader.integer("version"))
    let state = try reader.integer("state", as: UInt8.self)
    guard let state = ServerState(rawValue: state) else { throw reader.violation("state", "is \(state)") }
    self.state = state
    let demand = try reader.integer("auth", as: UInt8.self)
    guard let demand = AuthenticationDemand(rawValue: demand) else { throw reader.violation("auth", "is \(demand)") }
    authentication = demand
    try reader.reserved("byte 3", as: UInt8.self)
    helloCRC = try reader.integer("HELLO CRC")
    instance = try reader.integer("instance")
    limits = try ProtocolLimits(reading: &reader)
    codecs = try reader.list("codecs").map(Codec.init)
    agent = try reader.string("agent")
    extensions = try reader.extensions(known: [])
  }

  package func encode(into payload: inout ByteBuffer) {
    payload.writeWire(version.rawValue)
    payload.writeWire(state.rawValue)
    payload.writeWire(authentication.rawValue)
    payload.writeWire(UInt8(0))
    payload.writeWire(helloCRC)
    payload.writeWire(instance)
    limits.encode(into: &payload)
    payload.writeWire(list: codecs.map(\.rawValue))
    payload.writeWire(agent)
    payload.writeWire(extensions)
  }
}
