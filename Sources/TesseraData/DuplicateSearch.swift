import Foundation
import TesseraFiles

/// Finds images that lie in more than one split, byte for byte: what is learned must not be what is measured.
enum DuplicateSearch {
  /// Most bytes of a file that is compared.
  private static let byteLimit = 256 << 20

  /// A finding for every image that an earlier split has too.
  static func findings(in splits: [(split: Split, samples: [Sample])]) -> [ValidationReport.Finding] {
    var bySize: [Int: [(split: Split, path: String)]] = [:]
    for (split, samples) in splits {
      for sample in samples {
        let attributes = try? FileManager.default.attributesOfItem(atPath: sample.imagePath)
        guard let size = (attributes?[.size] as? NSNumber)?.intValue, size <= byteLimit else { continue }
        bySize[size, default: []].append((split, sample.imagePath))
      }
    }
    // Files of unlike sizes differ, so hardly any has to be read.
    return bySize.values.filter { Set($0.map(\.split)).count > 1 }.flatMap(findings(amongEquals:))
      .sorted { $0.file < $1.file }
  }

  private static func findings(amongEquals files: [(split: Split, path: String)]) -> [ValidationReport.Finding] {
    var byHash: [UInt64: [(split: Split, path: String)]] = [:]
    for file in files {
      guard let bytes = try? InputFile.read(file.path, limit: byteLimit) else { continue }
      byHash[hash(bytes), default: []].append(file)
    }
    var findings: [ValidationReport.Finding] = []
    for group in byHash.values {
      for (place, file) in group.enumerated() {
        guard let bytes = try? InputFile.read(file.path, limit: byteLimit) else { continue }
        let earlier = group[..<place].first { other in
          other.split != file.split && (try? InputFile.read(other.path, limit: byteLimit)) == bytes
        }
        guard let earlier else { continue }
        findings.append(
          ValidationReport.Finding(
            severity: .error, rule: "duplicate-image", split: nil, file: file.path, place: nil, count: 2,
            cause: "The splits \(earlier.split) and \(file.split) share this image (\(earlier.path)).",
            remedy: "Remove it from one of them; scores on images that were learned mean nothing."))
      }
    }
    return findings
  }

  /// FNV-1a over words of eight bytes, which is enough to tell most files apart.
  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    bytes.withUnsafeBytes { buffer in
      let words = buffer.count / 8
      for word in 0..<words {
        let value = buffer.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)
        hash = (hash ^ value) &* 0x100_0000_01b3
      }
      for byte in buffer[(8 * words)...] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    return hash
  }
}
