import CZlib

/// Files of one gzip member (RFC 1952).
enum Gzip {
  /// Whether bytes begin as gzip does.
  static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// Inflates bytes to at most `limit`.
  static func inflated(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
    var bytes = bytes
    var stream = z_stream()
    // 16 above the largest window of 15 bits: gzip and nothing else.
    guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { throw .memory }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    var status = Z_OK
    bytes.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = uInt(input.count)
      repeat {
        let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { output, count in
          stream.next_out = output.baseAddress
          stream.avail_out = uInt(output.count)
          status = inflate(&stream, Z_NO_FLUSH)
          count = output.count - Int(stream.avail_out)
        }
        result += part
      } while status == Z_OK && result.count <= limit
    }
    guard result.count <= limit else { throw .tooLarge(limit: limit) }
    switch status {
    case Z_STREAM_END where stream.avail_in == 0: return result
    case Z_STREAM_END: throw .trailing(byteCount: Int(stream.avail_in))
    case Z_BUF_ERROR: throw .truncated
    case Z_MEM_ERROR: throw .memory
    default: throw .damaged
    }
  }
}

/// Why bytes are no gzip file that can be read.
package enum GzipError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes end within the data.
  case truncated
  /// The data or its checksum is not what was written.
  case damaged
  /// Bytes follow the end of the data.
  case trailing(byteCount: Int)
  /// The data grows beyond a bound.
  case tooLarge(limit: Int)
  /// There is no memory.
  case memory

  /// What is wrong and what to do.
  package var description: String {
    switch self {
    case .truncated: "the compressed data is cut off; fetch the file again"
    case .damaged: "the compressed data is damaged; fetch the file again"
    case .trailing(let byteCount): "\(byteCount) bytes follow the compressed data; fetch the file again"
    case .tooLarge(let limit): "it inflates to more than \(limit) bytes; this is no file of digits"
    case .memory: "there is no memory to inflate it; free some"
    }
  }
}
