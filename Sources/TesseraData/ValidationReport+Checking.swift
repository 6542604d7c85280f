import Dispatch
import Synchronization
import TesseraImaging
public import TesseraLabels

extension ValidationReport {
  /// Checks label maps that belong to no data set.
  ///
  /// Nothing that is wrong with a file throws; it becomes a finding.
  public init(checking labelMapPaths: [String], labelSet: LabelSet, threads: Int = 2) {
    let files = labelMapPaths.map { LabelMapFile(path: $0, imagePath: nil) }
    self.init(checking: files, split: nil, root: "all label maps", labelSet: labelSet, threads: threads)
  }

  /// Checks files side by side; `root` is named where a finding concerns all of them.
  init(checking files: [LabelMapFile], split: Split?, root: String, labelSet: LabelSet, threads: Int) {
    let empty = LabelMapValidator.Summary(LabelMapValidator(labelSet))
    let progress = Mutex(Progress(summary: empty))
    DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
      var summary = empty
      var found: [Int: [Finding]] = [:]
      while let index = progress.withLock({ $0.take(of: files.count) }) {
        found[index] = files[index].findings(split: split, summary: &summary)
      }
      progress.withLock { progress in
        progress.summary.merge(summary)
        progress.findings.merge(found) { first, _ in first }
      }
    }
    let (byFile, summary) = progress.withLock { ($0.findings, $0.summary) }
    self.init(
      findings: files.indices.flatMap { byFile[$0] ?? [] }
        + summary.violations.map { Finding($0, split: split, file: root) },
      mapCount: summary.mapCount)
  }

  /// What the threads share: which file is next and what was found so far.
  private struct Progress {
    var next = 0
    var findings: [Int: [Finding]] = [:]
    var summary: LabelMapValidator.Summary

    mutating func take(of count: Int) -> Int? {
      guard next < count else { return nil }
      defer { next += 1 }
      return next
    }
  }
}

/// A label map to check and the image that it belongs to, if any.
struct LabelMapFile: Sendable {
  let path: String
  let imagePath: String?

  /// What is wrong with the pair; the map is taken into account in the summary.
  func findings(split: Split?, summary: inout LabelMapValidator.Summary) -> [ValidationReport.Finding] {
    var findings: [ValidationReport.Finding] = []
    var imageSize: PixelSize?
    if let imagePath {
      do {
        let header = try PNGHeader(imagePath: imagePath)
        imageSize = PixelSize(width: header.width, height: header.height)
      } catch {
        findings.append(ValidationReport.Finding(unreadable: imagePath, split: split, "image", error.cause))
      }
    }
    do {
      let map = try PNG.readLabelMap(at: path)
      findings += summary.check(map, imageSize: imageSize).map {
        ValidationReport.Finding($0, split: split, file: path)
      }
    } catch {
      findings.append(ValidationReport.Finding(error, split: split))
    }
    return findings
  }
}

extension ValidationReport.Finding {
  init(_ violation: Violation, split: Split?, file: String) {
    self.init(
      severity: violation.severity == .error ? .error : .warning, rule: violation.rule.name, split: split, file: file,
      place: violation.first.map { ValidationReport.Place(x: $0.x, y: $0.y) }, count: violation.pixelCount,
      cause: [violation.rule.sentence, violation.suspectedCause?.sentence].compactMap { $0 }.joined(separator: " "),
      remedy: violation.suspectedCause?.remedy ?? violation.rule.remedy)
  }

  fileprivate init(_ error: PNGFileError, split: Split?) {
    guard case .png(.colorCodedLabelMap(let type)) = error.cause else {
      self.init(unreadable: error.path, split: split, "label map", error.explanation)
      return
    }
    self.init(
      severity: .error, rule: "channel-count", split: split, file: error.path, place: nil, count: nil,
      cause: "The label map stores colours (\(type)), not ids.", remedy: "Save it as a palette or grey PNG of ids.")
  }

  fileprivate init(unreadable file: String, split: Split?, _ what: String, _ cause: String) {
    self.init(
      severity: .unchecked, rule: "unreadable", split: split, file: file, place: nil, count: nil,
      cause: "The \(what) cannot be read: \(cause).", remedy: "Export it again as PNG.")
  }
}
