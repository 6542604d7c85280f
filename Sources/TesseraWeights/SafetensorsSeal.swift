import Crypto
import Foundation

/// A digest of all tensors in the metadata, by which damage to a stored number is noticed.
///
/// SHA-256 over each tensor in the order of its name's bytes: the name, a zero byte, its bytes.
enum SafetensorsSeal {
  static let key = "tessera.sha256"

  static func text(_ digest: SHA256.Digest) -> String { digest.map { String(format: "%02x", $0) }.joined() }

  static func sorted<Item>(_ items: [Item], by name: (Item) -> String) -> [Item] {
    items.sorted { name($0).utf8.lexicographicallyPrecedes(name($1).utf8) }
  }

  static func update(_ hash: inout SHA256, name: String, bytes: RawSpan) {
    hash.update(data: Array(name.utf8) + [0])
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
  }
}

extension SafetensorsWriter {
  /// Puts the digest of the tensors added so far into the metadata.
  public mutating func seal() {
    var hash = SHA256()
    for tensor in SafetensorsSeal.sorted(tensors, by: \.name) {
      Self.withBytes(of: tensor) { SafetensorsSeal.update(&hash, name: tensor.name, bytes: $0) }
    }
    metadata[SafetensorsSeal.key] = SafetensorsSeal.text(hash.finalize())
  }
}

extension SafetensorsFile {
  /// Checks the tensors against the digest they were sealed with.
  ///
  /// - Throws: ``SafetensorsError`` with ``SafetensorsError/Cause/brokenSeal`` where they differ or there is none.
  public func verifySeal() throws(SafetensorsError) {
    var hash = SHA256()
    for entry in SafetensorsSeal.sorted(entries, by: \.name) {
      try withBytes(of: entry.name) { SafetensorsSeal.update(&hash, name: entry.name, bytes: $0) }
    }
    guard metadata[SafetensorsSeal.key] == SafetensorsSeal.text(hash.finalize()) else {
      throw SafetensorsError(file: path, place: .file, cause: .brokenSeal)
    }
  }
}
