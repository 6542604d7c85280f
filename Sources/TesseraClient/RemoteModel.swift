public import TesseraProtocol

/// A model behind a connection, used like an engine of this process.
public struct RemoteModel: SegmentationService {
  /// What the server says of the model.
  public let model: ModelDescription
  private let generation: UInt32
  private let client: Client

  /// Asks a server what it knows of one of its models.
  ///
  /// - Parameters:
  ///   - name: the model; "" is the first of the server's list.
  ///   - generation: the only one that may answer; 0 is the current one, whichever that is at the time. What servers
  ///     describe is the current one.
  /// - Throws: UNKNOWN_MODEL where the server has none of that name; NOT_READY where it is not ready; why the
  ///   connection ended.
  public init(_ name: String = "", generation: UInt32 = 0, of client: Client) async throws(SegmentationError) {
    var name = name
    var status = try await client.status(naming: name)
    if name.isEmpty, let first = status.models.first {
      name = first.name
      status = try await client.status(naming: name)
    }
    guard status.state != .starting else {
      throw SegmentationError(.notReady, "the server is not ready: its models are loading, or do not answer")
    }
    guard !name.isEmpty, let summary = status.models.first else {
      throw SegmentationError(.unknownModel, "the server has no model \(name.isEmpty ? "at all" : name)")
    }
    guard let model = ModelDescription(summary) else {
      throw SegmentationError(.protocol, "the server's description of \(name) breaks the protocol")
    }
    self.client = client
    self.generation = generation
    self.model = model
  }

  /// Sends one image, whatever model it names, and waits for this model's answer.
  ///
  /// - Throws: UNKNOWN_MODEL, too, where the server has loaded the model anew with another number of classes.
  public func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult {
    let result = try await client.segment(
      SegmentationRequest(
        image: request.image, width: request.width, height: request.height, outputs: request.outputs,
        model: model.name, generation: generation, priority: request.priority, deadline: request.deadline))
    guard result.classCount == model.classes.count else {
      throw SegmentationError(
        .unknownModel,
        "\(model.name) had \(model.classes.count) classes and now has \(result.classCount); ask the server anew")
    }
    return result
  }
}
