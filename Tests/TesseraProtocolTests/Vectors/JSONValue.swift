import Foundation

/// A value of the vectors' JSON, where every number is a natural one or a probability.
enum JSONValue: Hashable, Decodable {
  case bool(Bool)
  case natural(UInt64)
  case real(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(UInt64.self) {
      self = .natural(value)
    } else if let value = try? container.decode(Double.self) {
      self = .real(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  static func number(_ value: some FixedWidthInteger & UnsignedInteger) -> Self { .natural(UInt64(value)) }
  static func naturals(_ values: [UInt8]) -> Self { .array(values.map { .natural(UInt64($0)) }) }
  static func hex(_ bytes: [UInt8]) -> Self { .string(digits(bytes)) }
}

/// Bytes as hexadecimal digits.
func digits(_ bytes: [UInt8]) -> String {
  let alphabet = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [alphabet[Int($0 >> 4)], alphabet[Int($0 & 15)]] }, as: UTF8.self)
}
