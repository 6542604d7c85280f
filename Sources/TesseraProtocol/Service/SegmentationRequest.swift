/// One image to segment, and what is wanted of it.
public struct SegmentationRequest: Hashable, Sendable {
  /// An image's bytes in their encoding.
  public enum Image: Hashable, Sendable {
    /// `[height, width, 3]` bytes, rows top first, no padding.
    case rgb8([UInt8])
    /// A PNG file of 8 bits or less a sample; its header must say the request's width and height.
    case png([UInt8])
  }

  /// The image.
  public let image: Image
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// What to answer with; not both precisions of probabilities.
  public let outputs: OutputSet
  /// Which model; "" is the default.
  public let model: String
  /// Which generation of it; 0 is the current one.
  public let generation: UInt32
  /// Whether others may go first.
  public let priority: RequestPriority
  /// When the answer is of no use any more; nil leaves it to the server.
  public let deadline: ContinuousClock.Instant?
  /// Tells when nobody wants the answer any more; nil where only the end of the task does.
  public let stopFlag: StopFlag?

  /// Makes a request.
  ///
  /// Nothing is checked here: whoever takes the request says what is wrong with it, by a ``SegmentationError``.
  public init(
    image: Image, width: Int, height: Int, outputs: OutputSet = .labels, model: String = "", generation: UInt32 = 0,
    priority: RequestPriority = .normal, deadline: ContinuousClock.Instant? = nil,
    stopFlag: StopFlag? = nil
  ) {
    self.image = image
    self.width = width
    self.height = height
    self.outputs = outputs
    self.model = model
    self.generation = generation
    self.priority = priority
    self.deadline = deadline
    self.stopFlag = stopFlag
  }
}

extension SegmentationRequest {
  /// The same request, given up by a flag.
  public func heeding(_ flag: StopFlag) -> Self {
    Self(
      image: image, width: width, height: height, outputs: outputs, model: model, generation: generation,
      priority: priority, deadline: deadline, stopFlag: flag)
  }

  /// Whether its answer is still of use: cheap enough to be asked between layers.
  public var isWanted: Bool { stopFlag?.isStopped != true && !isLate }

  /// Ends the work on a request whose answer is of no use any more.
  ///
  /// - Throws: DEADLINE where its time is up, CANCELLED where its flag is set.
  public func checkIsWanted() throws(SegmentationError) {
    if isLate { throw SegmentationError(.deadline) }
    if stopFlag?.isStopped == true { throw SegmentationError(.cancelled) }
  }

  private var isLate: Bool { deadline.map { $0 <= .now } ?? false }
}

extension SegmentationRequest.Image {
  /// The encoding.
  public var kind: InputKind {
    switch self {
    case .rgb8: .rgb8
    case .png: .png
    }
  }

  /// The encoded bytes.
  public var bytes: [UInt8] {
    switch self {
    case .rgb8(let bytes), .png(let bytes): bytes
    }
  }

  /// Wraps bytes of an encoding.
  init(_ kind: InputKind, _ bytes: [UInt8]) {
    switch kind {
    case .rgb8: self = .rgb8(bytes)
    case .png: self = .png(bytes)
    }
  }
}
