import TesseraProtocol

/// A byte stream taken apart into frames, however broken they are, so that each can be changed and sealed again.
public struct FrameStream: Sendable {
  /// One frame; its header has all 32 bytes.
  public struct Frame: Sendable {
    /// As it stands, right or wrong.
    public var header: [UInt8]
    /// As many bytes as the header says, where they are there.
    public var payload: [UInt8]

    var type: UInt8 { header[16] }
    var codec: UInt8 { header[18] }
    var id: ArraySlice<UInt8> { header[8..<16] }
  }

  /// What stands in front of the first frame.
  public var prefix: [UInt8]
  /// The frames in order.
  public var frames: [Frame] = []
  /// What is left behind the last whole header.
  public var rest: [UInt8]

  /// Takes a stream apart; a payload that runs over the end is what is there of it.
  public init(_ bytes: [UInt8], prefix count: Int) {
    prefix = Array(bytes.prefix(count))
    var left = bytes.dropFirst(count)
    while left.count >= 32 {
      let header = Array(left.prefix(32))
      left = left.dropFirst(32)
      let length = Int(littleEndian: header[0..<4])
      frames.append(Frame(header: header, payload: Array(left.prefix(length))))
      left = left.dropFirst(length)
    }
    rest = Array(left)
  }

  var byteCount: Int { prefix.count + frames.reduce(0) { $0 + 32 + $1.payload.count } + rest.count }

  /// The stream put together again.
  public var bytes: [UInt8] { prefix + frames.flatMap { $0.header + $0.payload } + rest }

  /// Puts lengths, sequence numbers and checksums right.
  public mutating func seal() {
    for index in frames.indices {
      var header = frames[index].header
      let payload = frames[index].payload
      header.set(UInt32(payload.count), at: 0)
      // A compressed frame says itself what it inflates to.
      if header[18] == 0 { header.set(UInt32(payload.count), at: 4) }
      header.set(UInt32(index), at: 20)
      header.set(CRC32C.checksum(payload), at: 24)
      header.set(CRC32C.checksum(Array(header[..<28])), at: 28)
      frames[index].header = header
    }
  }

  /// The plain bytes of all DATA of one type and id, as far as they travel uncompressed.
  func data(type: UInt8, id: ArraySlice<UInt8>) -> [UInt8] {
    frames.filter { $0.type == type && $0.codec == 0 && $0.id.elementsEqual(id) }.flatMap(\.payload)
  }
}

extension Int {
  init(littleEndian bytes: ArraySlice<UInt8>) { self = bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }
}

extension [UInt8] {
  /// Writes a number, least significant byte first.
  mutating func set<T: FixedWidthInteger>(_ number: T, at place: Int) {
    for index in 0..<T.bitWidth / 8 { self[place + index] = UInt8(truncatingIfNeeded: number >> T(8 * index)) }
  }
}
