import Foundation

/// Writes a pcap file of TCP connections over IPv4, so that tools which read captures can be tried on any bytes.
struct PacketCapture {
  enum Side { case client, server }

  private(set) var bytes: [UInt8] = []
  private var connections: UInt16 = 0
  private var packets: UInt32 = 0

  /// Link type 101: packets begin with their IP header.
  init() {
    bytes +=
      littleEndian(0xa1b2_c3d4 as UInt32) + littleEndian(2 as UInt16) + littleEndian(4 as UInt16)
    bytes += littleEndian(0 as UInt32) + littleEndian(0 as UInt32) + littleEndian(65_535 as UInt32)
    bytes += littleEndian(101 as UInt32)
  }

  /// Adds a connection to port 7450: its segments in order of time, none longer than 65,000 bytes.
  mutating func add(_ segments: [(Side, [UInt8])]) {
    connections += 1
    var sequence: [Side: UInt32] = [.client: 1001, .server: 2001]
    packet(.client, sequence: 1000, acknowledged: 0, flags: 0x02, [])
    packet(.server, sequence: 2000, acknowledged: 1001, flags: 0x12, [])
    for (side, data) in segments {
      let other: Side = side == .client ? .server : .client
      packet(
        side, sequence: sequence[side, default: 0], acknowledged: sequence[other, default: 0],
        flags: 0x18, data)
      sequence[side, default: 0] += UInt32(data.count)
    }
  }

  private mutating func packet(
    _ side: Side, sequence: UInt32, acknowledged: UInt32, flags: UInt8, _ data: [UInt8]
  ) {
    let client = 20_000 + connections
    let ports: [UInt16] = side == .client ? [client, 7450] : [7450, client]
    var tcp = ports.flatMap { bigEndian($0) } + bigEndian(sequence) + bigEndian(acknowledged)
    tcp += [5 << 4, flags] + bigEndian(65_535 as UInt16) + [0, 0, 0, 0] + data
    let length = UInt16(20 + tcp.count)
    let ip: [UInt8] =
      [0x45, 0] + bigEndian(length) + [0, 0, 0x40, 0, 64, 6, 0, 0] + [127, 0, 0, 1] + [
        127, 0, 0, 1,
      ]
    packets += 1
    bytes += littleEndian(packets / 1000) + littleEndian(packets % 1000)
    bytes += littleEndian(UInt32(length)) + littleEndian(UInt32(length)) + ip + tcp
  }

  private func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private func bigEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}
