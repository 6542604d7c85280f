import TesseraImaging
import TesseraLabels

extension FileInspection {
  /// Most ids that are listed; a photograph in grey has hundreds that mean nothing.
  private static let idLimit = 64

  /// Says what a PNG's header, palette and, where it may be a label map, ids tell.
  static func picture(at path: String, _ bytes: [UInt8]) -> FileInspection {
    var lines = [row("PNG", path)]
    do throws(PNGError) {
      let header = try PNG.header(of: bytes)
      lines += [
        row("size", "\(header.width)×\(header.height)"),
        row("bit depth", "\(header.bitDepth)"),
        row("colour type", "\(header.colorType)"),
        row("interlaced", header.isInterlaced ? "yes" : "no"),
      ]
      let structure = try PNG.structure(of: bytes)
      if structure.isAnimated { lines.append(row("animated", "yes: only the first picture is ever read")) }
      guard header.colorType.channelCount == 1 else {
        _ = try PNG.decodeImage(bytes)
        return FileInspection(lines: lines, faults: [])
      }
      if header.colorType == .palette { lines.append(row("palette", "\(structure.palette.count) colours")) }
      lines += describe(try PNG.decodeLabelMap(bytes).occurrences, palette: structure.palette)
      return FileInspection(lines: lines, faults: [])
    } catch {
      return FileInspection(lines: lines, faults: ["\(path): \(error)"])
    }
  }

  private static func describe(_ occurrences: [IDOccurrence], palette: [Color]) -> [String] {
    var lines = [row("ids", "\(occurrences.count)")]
    lines += occurrences.prefix(idLimit).map { occurrence in
      let color = palette.indices.contains(occurrence.id) ? "  \(palette[occurrence.id].hexadecimal)" : ""
      return "  \(occurrence.id)\(color)  \(occurrence.pixelCount) pixels, first at \(occurrence.first)"
    }
    if occurrences.count > idLimit { lines.append("  and \(occurrences.count - idLimit) more") }
    return lines
  }
}
