/// What a frame header must be at one moment of a connection.
package struct FrameRules: Hashable, Sendable {
  /// The types that the state allows; all of one direction.
  var types: [MessageType]
  /// The version every frame carries.
  var version: ProtocolVersion
  /// The codecs that DATA may use.
  var codecs: [Codec]
  /// Most plain bytes in a frame of DATA.
  var chunkLimit: UInt32
  /// Most bytes of an OPEN.
  var openLimit: UInt32
  /// The largest id opened so far.
  var lastOpened: RequestID

  package init(
    types: [MessageType], version: ProtocolVersion, codecs: [Codec] = [.identity],
    chunkLimit: UInt32 = MessageType.largestChunk, openLimit: UInt32 = MessageType.open.payloadLimit,
    lastOpened: RequestID = .connection
  ) {
    self.types = types
    self.version = version
    self.codecs = codecs
    self.chunkLimit = chunkLimit
    self.openLimit = openLimit
    self.lastOpened = lastOpened
  }

  /// Checks a header whose own checksum holds, in the order of the specification.
  package func check(_ header: FrameHeader, expecting sequence: SequenceNumber) throws(WireError) {
    let type = header.type
    guard header.version == version else {
      throw WireError(.version, "\(type) of version \(header.version) where version \(version) is spoken")
    }
    guard types.contains(type) else { throw WireError(.protocol, "\(type) is not legal here") }
    guard header.flags.subtracting(type.isData ? .end : []).isEmpty else {
      throw WireError(.protocol, "\(type) with flags 0x\(String(header.flags.rawValue, radix: 16))")
    }
    guard header.codec == .identity || type.isData && codecs.contains(header.codec) else {
      throw WireError(.protocol, "\(type) with \(header.codec), which was not agreed on")
    }
    try checkID(of: header)
    try checkLengths(of: header)
    guard header.sequence == sequence else {
      throw WireError(.sequence, "frame \(header.sequence) where frame \(sequence) was expected")
    }
  }

  private func checkID(of header: FrameHeader) throws(WireError) {
    let id = header.requestID
    let wasOpened = id > .connection && id <= lastOpened
    let isLegal =
      switch header.type.idRule {
      case .connection: id == .connection
      case .new: id > lastOpened && id < .max
      case .opened: wasOpened
      case .openedOrConnection: wasOpened || id == .connection
      }
    guard isLegal else {
      throw WireError(.protocol, "\(header.type) with id \(id); the last id opened is \(lastOpened)")
    }
  }

  private func checkLengths(of header: FrameHeader) throws(WireError) {
    let (wire, plain) = (header.wireLength, header.plainLength)
    guard header.codec == .identity ? wire == plain : wire < plain else {
      throw WireError(.protocol, "\(header.type): \(wire) wire bytes for \(plain) plain ones with \(header.codec)")
    }
    var limit = header.type.payloadLimit
    if header.type.isData { limit = min(limit, chunkLimit) }
    if header.type == .open { limit = min(limit, openLimit) }
    guard plain <= limit else {
      throw WireError(.limit, "\(header.type) of \(plain) bytes; at most \(limit) are allowed")
    }
    guard plain > 0 || !header.type.isData else { throw WireError(.protocol, "empty DATA") }
  }
}
