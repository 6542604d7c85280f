import CTesseraPNG

/// The calls into libpng: the only place where pixels are handled through pointers while decoding or encoding.
enum PNGCodec {
  /// Room for libpng's words.
  private static let messageSize = 160

  /// Decodes `count` samples in the layout that `samples` asks for.
  ///
  /// - Parameter memory: bytes that libpng may allocate.
  static func decode<Sample: FixedWidthInteger>(
    _ bytes: [UInt8], _ structure: PNGStructure, samples: tessera_png_samples, as type: Sample.Type, count: Int,
    memory: Int
  ) throws(PNGError) -> [Sample] {
    let ranges = structure.decodable.map { tessera_png_range(offset: $0.lowerBound, count: $0.count) }
    var message = [CChar](repeating: 0, count: messageSize)
    var status = TESSERA_PNG_OK
    let output = [Sample](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let raw = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(count * Sample.size)])
      status = raw.withMemoryRebound(to: UInt8.self) { output in
        tessera_png_decode(
          bytes, ranges, ranges.count, samples, output.baseAddress, output.count, memory, &message, messageSize)
      }
      initializedCount = status == TESSERA_PNG_OK ? count : 0
    }
    guard status == TESSERA_PNG_OK else { throw error(status, message, memory: memory) }
    return output
  }

  /// Encodes samples, row by row from the top, with the colours of `palette` where the format has one.
  static func encode<Sample: FixedWidthInteger>(
    _ samples: [Sample], width: Int, height: Int, format: tessera_png_format, palette: [UInt8] = []
  ) throws(PNGError) -> [UInt8] {
    guard width > 0, height > 0 else { throw .zeroSize(width: width, height: height) }
    let side = Int(Int32.max)
    guard max(width, height) <= side else {
      throw .limitExceeded(.side, needed: max(width, height), limit: side)
    }
    var message = [CChar](repeating: 0, count: messageSize)
    var result = tessera_png_bytes()
    let status = samples.withUnsafeBytes { source in
      tessera_png_encode(
        source.bindMemory(to: UInt8.self).baseAddress, UInt32(width), UInt32(height), format, palette,
        Int32(palette.count / 3), Int.max, &result, &message, messageSize)
    }
    defer { tessera_png_free(result) }
    guard status == TESSERA_PNG_OK else { throw error(status, message, memory: Int.max) }
    return Array(UnsafeBufferPointer(start: result.bytes, count: result.count))
  }

  private static func error(_ status: tessera_png_status, _ message: [CChar], memory: Int) -> PNGError {
    let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return switch status {
    case TESSERA_PNG_MEMORY: .limitExceeded(.memory, needed: nil, limit: memory)
    case TESSERA_PNG_CHECKSUM: .checksumMismatch(chunk: "IDAT")
    case TESSERA_PNG_IMAGE_DATA: .damagedImageData(reason: text)
    default: .library(text)
    }
  }
}

extension FixedWidthInteger {
  fileprivate static var size: Int { bitWidth / 8 }
}
