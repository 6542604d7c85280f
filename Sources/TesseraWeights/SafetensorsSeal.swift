import Crypto
import Foundation

/// A digest of everything in a file, kept in its metadata, by which damage is noticed.
///
/// SHA-256 over each other entry of the metadata and then each tensor, in the order of their names' bytes. Of an entry:
/// name, 0, text, 0. Of a tensor: name, 0, element type and shape, 0, bytes.
enum SafetensorsSeal {
  static let key = "tessera.sha256"

  static func text(_ digest: SHA256.Digest) -> String { digest.map { String(format: "%02x", $0) }.joined() }

  static func sorted<Item>(_ items: [Item], by name: (Item) -> String) -> [Item] {
    items.sorted { name($0).utf8.lexicographicallyPrecedes(name($1).utf8) }
  }

  static func update(_ hash: inout SHA256, metadata: [String: String]) {
    for (key, value) in sorted(Array(metadata), by: \.key) where key != Self.key {
      hash.update(data: Array(key.utf8) + [0] + Array(value.utf8) + [0])
    }
  }

  static func update(_ hash: inout SHA256, name: String, dtype: SafetensorsDType, shape: [Int], bytes: RawSpan) {
    hash.update(data: Array(name.utf8) + [0] + Array("\(dtype.rawValue) \(shape)".utf8) + [0])
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
  }
}

extension SafetensorsWriter {
  /// Puts the digest of the metadata and tensors added so far into the metadata.
  public mutating func seal() {
    var hash = SHA256()
    SafetensorsSeal.update(&hash, metadata: metadata)
    for tensor in SafetensorsSeal.sorted(tensors, by: \.name) {
      Self.withBytes(of: tensor) {
        SafetensorsSeal.update(&hash, name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, bytes: $0)
      }
    }
    metadata[SafetensorsSeal.key] = SafetensorsSeal.text(hash.finalize())
  }
}

extension SafetensorsFile {
  /// Checks metadata and tensors against the digest they were sealed with.
  ///
  /// - Throws: ``SafetensorsError`` with ``SafetensorsError/Cause/brokenSeal`` where they differ or there is none.
  public func verifySeal() throws(SafetensorsError) {
    var hash = SHA256()
    SafetensorsSeal.update(&hash, metadata: metadata)
    for entry in SafetensorsSeal.sorted(entries, by: \.name) {
      try withBytes(of: entry.name) {
        SafetensorsSeal.update(&hash, name: entry.name, dtype: entry.dtype, shape: entry.shape, bytes: $0)
      }
    }
    guard metadata[SafetensorsSeal.key] == SafetensorsSeal.text(hash.finalize()) else {
      throw SafetensorsError(file: path, place: .file, cause: .brokenSeal)
    }
  }
}
