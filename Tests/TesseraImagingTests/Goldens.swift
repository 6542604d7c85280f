import Foundation
import Testing

/// One line of `Goldens/decodings.txt`; the script beside it says how it was made.
struct Golden: CustomTestStringConvertible {
  let name: String
  let width: Int
  let height: Int
  let png: [UInt8]
  let rgb: [UInt8]
  /// The stored bytes of a one-channel image.
  let ids: [UInt8]?

  var testDescription: String { name }

  static let all: [Golden] = {
    guard let url = Bundle.module.url(forResource: "decodings", withExtension: "txt", subdirectory: "Goldens"),
      let text = try? String(contentsOf: url, encoding: .utf8)
    else { return [] }
    return text.split(separator: "\n").map { line in
      let parts = line.split(separator: " ")
      return Golden(
        name: String(parts[0]), width: Int(parts[1])!, height: Int(parts[2])!, png: bytes(parts[3]),
        rgb: bytes(parts[4]), ids: parts[5] == "-" ? nil : bytes(parts[5]))
    }
  }()

  static func named(_ name: String) throws -> Golden {
    try #require(all.first { $0.name == name })
  }

  private static func bytes(_ hexadecimal: Substring) -> [UInt8] {
    let digits = Array(hexadecimal.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
