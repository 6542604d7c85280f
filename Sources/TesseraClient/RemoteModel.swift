public import TesseraProtocol

/// A model behind a connection, used like an engine of this process.
public struct RemoteModel: SegmentationService {
  /// What the server says of the model.
  public let model: ModelDescription
  private let client: Client

  /// Asks a server what it knows of one of its models.
  ///
  /// - Parameter name: the model; "" is the first of the server's list.
  /// - Throws: UNKNOWN_MODEL where the server has none of that name; why the connection ended.
  public init(_ name: String = "", of client: Client) async throws(SegmentationError) {
    var name = name
    if name.isEmpty { name = try await client.status().models.first?.name ?? "" }
    guard !name.isEmpty, let summary = try await client.status(naming: name).models.first else {
      throw SegmentationError(.unknownModel, "the server has no model \(name.isEmpty ? "at all" : name)")
    }
    guard let model = ModelDescription(summary) else {
      throw SegmentationError(.protocol, "the server's description of \(name) breaks the protocol")
    }
    self.client = client
    self.model = model
  }

  /// Sends one image and waits for its answer.
  public func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult {
    try await client.segment(request)
  }
}
