import Foundation
import TesseraTensor
import Testing

@testable import Digits

/// Files of digits as they come, whole and broken.
struct DigitsReadingTests {
  private static func header(_ dimensions: [UInt32], type: UInt8 = 8) -> [UInt8] {
    [0, 0, type, UInt8(dimensions.count)]
      + dimensions.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } }
  }

  @Test func anArrayIsReadWhole() throws {
    let array = try IDXArray(Self.header([2, 1, 3]) + [1, 2, 3, 4, 5, 6])
    #expect(array.dimensions == [2, 1, 3] && array.elements == [1, 2, 3, 4, 5, 6])
    #expect(try IDXArray(Self.header([0])).elements.isEmpty)
  }

  @Test(arguments: [
    ([], IDXError.truncated(byteCount: 0)), ([0, 0, 8], .truncated(byteCount: 3)), ([1, 0, 8, 1], .notIDX),
    ([0x1F, 0x8B, 8, 1], .notIDX), ([0, 0, 0x0D, 1, 0, 0, 0, 0], .elementType(13)), ([0, 0, 8, 0], .rank(0)),
    ([0, 0, 8, 9], .rank(9)), ([0, 0, 8, 2, 0, 0, 0, 1], .truncated(byteCount: 8)),
    (header([2]) + [1], .length(dimensions: [2], expected: 10, found: 9)),
    (header([2]) + [1, 2, 3], .length(dimensions: [2], expected: 10, found: 11)),
    (header([.max, .max, .max]), .tooLarge(dimensions: [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF])),
  ])
  func brokenArraysAreRefused(bytes: [UInt8], error: IDXError) {
    #expect(throws: error) { try IDXArray(bytes) }
  }

  @Test func anArrayMayBeEmpty() throws {
    let array = try IDXArray(Self.header([0, .max]))
    #expect(array.dimensions == [0, 0xFFFF_FFFF] && array.elements.isEmpty)
  }

  /// What `printf tessera | gzip -n` writes.
  private let packed: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x2B, 0x49, 0x2D, 0x2E, 0x4E, 0x2D, 0x4A, 0x04, 0x00,
    0xB3, 0x63, 0x2A, 0x73, 0x07, 0x00, 0x00, 0x00,
  ]

  @Test func gzipIsInflatedWithinBounds() throws {
    #expect(Gzip.isCompressed(packed) && !Gzip.isCompressed([0x1F]))
    #expect(try Gzip.inflated(packed, limit: 7) == Array("tessera".utf8))
    #expect(throws: GzipError.tooLarge(limit: 6)) { try Gzip.inflated(packed, limit: 6) }
    #expect(throws: GzipError.trailing(byteCount: 2)) { try Gzip.inflated(packed + [0, 0], limit: 7) }
    for length in 0..<packed.count {
      #expect(throws: GzipError.truncated) { try Gzip.inflated(Array(packed.prefix(length)), limit: 7) }
    }
    var damaged = packed
    damaged[damaged.count - 5] ^= 1
    #expect(throws: GzipError.damaged) { try Gzip.inflated(damaged, limit: 7) }
  }

  @Test func aFolderIsReadPlain() throws {
    let folder = try DigitFolder(labels: [3, 9, 0] + [UInt8](repeating: 5, count: 7))
    let digits = try DigitSet.read(folder: folder.path)
    #expect(digits.count == 10 && digits.labels.prefix(4) == [3, 9, 0, 5])
    let images = digits.images(at: [2, 0])
    #expect(images.shape == [2, 784])
    // The first pixel of each digit is its index, in 255ths.
    #expect(images.elements[0] == 2 / 255 && images.elements[784] == 0 && images.elements[783] == 1)
    #expect(digits.labels(at: [1]).indices == [9] && digits.labels(at: [1]).shape == [1, 1, 1])
  }

  @Test func brokenFoldersAreNamed() throws {
    func message(_ folder: DigitFolder) -> String {
      do {
        _ = try DigitSet.read(folder: folder.path)
        return "read"
      } catch {
        return "\(error)".replacing(folder.path, with: "F")
      }
    }
    let ten = [UInt8](repeating: 1, count: 10)
    let missing = try DigitFolder(labels: ten)
    try missing.remove("t10k-labels-idx1-ubyte")
    #expect(
      message(missing)
        == "F: holds neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz; fetch the test part of MNIST into "
        + "a folder and name it by --digits")
    #expect(
      message(try DigitFolder(labels: ten + [10]))
        == "F/t10k-labels-idx1-ubyte: label 10 is 10, not 0 to 9; fetch the labels again")
    #expect(
      message(try DigitFolder(labels: ten, labelCount: 11))
        == "F: has 10 images but 11 labels; fetch both files again")
    #expect(
      message(try DigitFolder(labels: ten.dropLast()))
        == "F/t10k-images-idx3-ubyte: its array is [9, 28, 28], not [10 or more, 28, 28]; give a file of digits")
    let wide = try DigitFolder(labels: ten)
    try wide.write(Self.header([1, 27, 28]) + [UInt8](repeating: 0, count: 756), as: "t10k-images-idx3-ubyte")
    #expect(message(wide).hasPrefix("F/t10k-images-idx3-ubyte: its array is [1, 27, 28], not [10 or more, 28, 28]"))
    try wide.write(Array(packed.dropLast()), as: "t10k-images-idx3-ubyte")
    #expect(
      message(wide) == "F/t10k-images-idx3-ubyte: the compressed data is cut off; fetch the file again")
    try wide.write(packed, as: "t10k-images-idx3-ubyte")
    #expect(message(wide).contains("it does not begin as an idx file"))
  }

  /// The digits themselves, where they are.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: DigitFolder.real), "no MNIST at ../shared/data/mnist"))
  func realDigitsAreRead() throws {
    let digits = try DigitSet.read(folder: DigitFolder.real)
    #expect(digits.count == 10_000)
    #expect(digits.labels.prefix(10) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    let split = DigitSplit(count: digits.count)
    #expect(split.training.count == 8000 && split.heldOut.count == 2000)
  }
}
