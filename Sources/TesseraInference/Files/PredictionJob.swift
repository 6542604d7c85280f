import Foundation
import TesseraFiles
import TesseraImaging
import TesseraLabels
public import TesseraProtocol

/// One image file to predict, and the files that come of it.
public struct PredictionJob: Hashable, Sendable {
  /// The image.
  public let input: String
  /// Where the label map goes: a palette PNG of class indices, 16-bit grey for more than 256 classes.
  public let labelMap: String
  /// Where the label map painted over the image goes, if wanted.
  public let overlay: String?
  /// Where the class probabilities go, if wanted: float32 `[classes, height, width]` as NumPy reads it.
  public let probabilities: String?

  /// Plans what each input becomes in a folder, under its own name.
  ///
  /// - Throws: ``PredictionError`` where two outputs would have one name, or an output would replace an input.
  public static func plan(
    _ inputs: [String], folder: String, overlay: Bool = false, probabilities: Bool = false
  ) throws(PredictionError) -> [PredictionJob] {
    var folder = folder
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    let jobs = inputs.map { [folder] input in
      let file = input.split(separator: "/").last ?? ""
      let stem = "\(folder)/\(file.lowercased().hasSuffix(".png") ? file.dropLast(4) : file)"
      return PredictionJob(
        input: input, labelMap: stem + ".png", overlay: overlay ? stem + Overlay.fileSuffix : nil,
        probabilities: probabilities ? stem + "-probabilities.npy" : nil)
    }
    let places = Dictionary(inputs.map { (resolved($0), $0) }) { first, _ in first }
    var owners: [String: String] = [:]
    for job in jobs {
      for output in job.outputs {
        if let other = owners.updateValue(job.input, forKey: output) {
          throw PredictionError(
            path: output, cause: "both \(other) and \(job.input) would be written here",
            remedy: "predict them into different folders, or rename one")
        }
        if let input = places[resolved(output)] {
          throw PredictionError(
            path: output, cause: "the prediction of \(job.input) would replace the input \(input)",
            remedy: "name another folder for the predictions")
        }
      }
    }
    return jobs
  }

  /// Makes the folder of the outputs where it is missing.
  ///
  /// - Throws: ``PredictionError`` where it cannot be made.
  public static func makeFolder(_ folder: String) throws(PredictionError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw PredictionError(
        path: folder, cause: "the folder cannot be made",
        remedy: "choose a place that may be written; no file may be in it")
    }
  }

  private var outputs: [String] { [labelMap, overlay, probabilities].compactMap(\.self) }

  /// The path that symbolic links in it lead to.
  private static func resolved(_ path: String) -> String {
    let url = URL(filePath: path)
    return url.deletingLastPathComponent().resolvingSymlinksInPath().appending(path: url.lastPathComponent).path()
  }

  /// Reads the image, has it segmented and writes the outputs, each whole or not at all.
  ///
  /// - Throws: ``PredictionError`` naming the file that could not be read, segmented or written.
  public func run(by service: some SegmentationService) async throws(PredictionError) {
    let (bytes, header) = try read()
    var outputs: OutputSet = [.labels]
    if service.model.outputs.contains(.palettePNG) { outputs.insert(.palettePNG) }
    if probabilities != nil { outputs.insert(.probabilitiesF32) }
    let image = try requestImage(bytes, header)
    let result: SegmentationResult
    do {
      result = try await service.segment(
        SegmentationRequest(image: image, width: header.width, height: header.height, outputs: outputs))
    } catch {
      throw PredictionError(error, path: input)
    }
    try write(result, image: bytes, classes: service.model.classes)
  }

  /// The file as it is, or its pixels where it is of a kind that services do not take: 16 bits a sample, animated.
  private func requestImage(
    _ bytes: [UInt8], _ header: PNGHeader
  ) throws(PredictionError) -> SegmentationRequest.Image {
    do {
      guard try header.bitDepth > 8 || PNG.structure(of: bytes).isAnimated else { return .png(bytes) }
      return .rgb8(try PNG.decodeImage(bytes).pixels)
    } catch {
      throw PredictionError(path: input, cause: "\(error)", remedy: nil)
    }
  }

  private func read() throws(PredictionError) -> ([UInt8], PNGHeader) {
    let bytes: [UInt8]
    do {
      bytes = try InputFile.read(input, limit: PNGLimits.default.maximumFileBytes)
    } catch {
      throw PredictionError(path: input, cause: error.explanation, remedy: nil)
    }
    do {
      return (bytes, try PNG.header(of: bytes))
    } catch {
      throw PredictionError(path: input, cause: "\(error)", remedy: nil)
    }
  }

  private func write(
    _ result: SegmentationResult, image: [UInt8], classes: [LabelClass]
  ) throws(PredictionError) {
    guard let labels = result.labels else {
      throw PredictionError(path: input, cause: "the answer holds no labels", remedy: "report it to the server's owner")
    }
    let labelMapBytes: [UInt8]
    var overlayBytes: [UInt8]?
    do {
      let labelSet = try LabelSet(classes: classes)
      labelMapBytes = try result.palettePNG ?? PNG.encodePalette(labels, labelSet: labelSet)
      if overlay != nil {
        overlayBytes = try PNG.encode(Overlay(labelSet: labelSet).draw(labels, over: PNG.decodeImage(image)))
      }
    } catch {
      throw PredictionError(path: input, cause: "the label map cannot be written as PNG (\(error))", remedy: nil)
    }
    try write(labelMapBytes, to: labelMap)
    if let overlay, let overlayBytes { try write(overlayBytes, to: overlay) }
    if let probabilities, case .f32(let values)? = result.probabilities {
      try write(
        NumPyArray.encode(values, shape: [result.classCount, result.height, result.width]), to: probabilities)
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws(PredictionError) {
    do {
      try PNG.write(bytes, to: path)
    } catch {
      throw PredictionError(path: path, cause: error.explanation, remedy: nil)
    }
  }
}
