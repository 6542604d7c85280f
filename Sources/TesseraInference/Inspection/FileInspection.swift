import Foundation
import TesseraFiles
import TesseraImaging
import TesseraProtocol
import TesseraWeights

/// What a file is and what is in it, told by its contents and not by its name.
public struct FileInspection: Sendable {
  /// What could be read, line by line, for people.
  public let lines: [String]
  /// What is wrong, one line each; what could be read stands in ``lines`` all the same.
  public let faults: [String]

  /// Looks into a weights file, a run folder (its best weights), a PNG, or recorded frames of the protocol.
  ///
  /// - Throws: what kept the file from being read at all; ``InspectionError`` where it is none of these.
  public init(path: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      self = Self.weights(at: "\(path)/\(Model.bestFileName)")
      return
    }
    let prefix = try InputFile(path: path).read(64, at: 0)
    if prefix.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      self = Self.picture(at: path, try InputFile.read(path, limit: PNGLimits.default.maximumFileBytes))
    } else if FrameListing.isLikely(prefix) {
      let listing = FrameListing(try InputFile.read(path, limit: 256 << 20))
      lines = ["\(path): \(listing.frameCount) frames of TSP/1"] + listing.lines
      faults = listing.faults.map { "\(path): \($0)" }
    } else if Self.isLikelyWeights(prefix) {
      self = Self.weights(at: path)
    } else {
      throw InspectionError(path: path)
    }
  }

  init(lines: [String], faults: [String]) {
    self.lines = lines
    self.faults = faults
  }

  /// Whether a JSON object stands where a safetensors header has it.
  private static func isLikelyWeights(_ prefix: [UInt8]) -> Bool { prefix.count > 8 && prefix[8] == UInt8(ascii: "{") }

  /// Text in columns: a name, then what it stands for.
  static func row(_ name: String, _ value: String) -> String {
    name + String(repeating: " ", count: max(1, 16 - name.count)) + value
  }
}

/// A file that is nothing that Tessera reads.
public struct InspectionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String

  /// One line: file, cause and remedy.
  public var description: String {
    "\(path): this is no safetensors file, PNG or recording of frames; give one of these, or a run folder"
  }
}
