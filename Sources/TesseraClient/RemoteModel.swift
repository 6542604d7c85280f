public import TesseraProtocol

/// A model behind a connection or a pool of them, used like an engine of this process.
public struct RemoteModel: SegmentationService {
  /// What asks the server.
  private enum Route {
    case client(Client)
    case pool(ClientPool)

    func status(naming model: String) async throws(RequestError) -> ServerStatus {
      switch self {
      case .client(let client):
        do throws(SegmentationError) {
          return try await client.status(naming: model)
        } catch {
          throw .failed(error)
        }
      case .pool(let pool): return try await pool.status(naming: model)
      }
    }

    func segment(
      _ request: SegmentationRequest, _ weights: ContentDigest?
    ) async throws(SegmentationError) -> SegmentationResult {
      switch self {
      case .client(let client): return try await client.segment(request, expectedWeights: weights)
      case .pool(let pool):
        do throws(RequestError) {
          return try await pool.segment(request, expectedWeights: weights)
        } catch {
          throw error.segmentationError
        }
      }
    }
  }

  /// What the server says of the model.
  public let model: ModelDescription
  private let generation: UInt32
  private let weights: ContentDigest?
  private let route: Route

  /// Asks a server what it knows of one of its models.
  ///
  /// - Parameters:
  ///   - name: the model; "" is the first of the server's list.
  ///   - generation: the only one that may answer; 0 is the current one, whichever that is at the time. What servers
  ///     describe is the current one.
  ///   - expectedWeights: SHA-256 of the only weights that may answer; nil takes those that the generation has.
  /// - Throws: UNKNOWN_MODEL where the server has none of that name, or with other weights; NOT_READY where it is not
  ///   ready; why the connection ended.
  public init(
    _ name: String = "", generation: UInt32 = 0, expectedWeights: ContentDigest? = nil, of client: Client
  ) async throws(SegmentationError) {
    do throws(RequestError) {
      self = try await Self(name, generation, expectedWeights, .client(client))
    } catch {
      throw error.segmentationError
    }
  }

  /// Asks the servers of a pool what they know of one of their models; all of them should serve the same.
  ///
  /// The parameters are those of ``init(_:generation:expectedWeights:of:)-(_,_,_,Client)``.
  ///
  /// - Throws: ``RequestError`` with what that one throws, or `.unreachable`.
  public init(
    _ name: String = "", generation: UInt32 = 0, expectedWeights: ContentDigest? = nil, of pool: ClientPool
  ) async throws(RequestError) {
    self = try await Self(name, generation, expectedWeights, .pool(pool))
  }

  private init(
    _ name: String, _ generation: UInt32, _ weights: ContentDigest?, _ route: Route
  ) async throws(RequestError) {
    var name = name
    var status = try await route.status(naming: name)
    if name.isEmpty, let first = status.models.first {
      name = first.name
      status = try await route.status(naming: name)
    }
    do throws(SegmentationError) {
      model = try Self.model(name, generation, weights, in: status)
    } catch {
      throw .failed(error)
    }
    self.route = route
    self.generation = generation
    self.weights = weights
  }

  private static func model(
    _ name: String, _ generation: UInt32, _ weights: ContentDigest?, in status: ServerStatus
  ) throws(SegmentationError) -> ModelDescription {
    guard status.state != .starting else {
      throw SegmentationError(.notReady, "the server is not ready: its models are loading, or do not answer")
    }
    guard !name.isEmpty, let summary = status.models.first else {
      throw SegmentationError(.unknownModel, "the server has no model \(name.isEmpty ? "at all" : name)")
    }
    guard let model = ModelDescription(summary) else {
      throw SegmentationError(.protocol, "the server's description of \(name) breaks the protocol")
    }
    // What an earlier generation has, its answers tell.
    if let weights, generation == 0 || generation == model.generation, model.weightsDigest != weights {
      throw .otherWeights(model.weightsDigest, of: name, expected: weights)
    }
    return model
  }

  /// Sends one image, whatever model it names, and waits for this model's answer.
  ///
  /// - Throws: UNKNOWN_MODEL, too, where the server has loaded the model anew with another number of classes.
  public func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult {
    let request = SegmentationRequest(
      image: request.image, width: request.width, height: request.height, outputs: request.outputs,
      model: model.name, generation: generation, priority: request.priority, deadline: request.deadline)
    let result = try await route.segment(request, weights)
    guard result.classCount == model.classes.count else {
      throw SegmentationError(
        .unknownModel,
        "\(model.name) had \(model.classes.count) classes and now has \(result.classCount); ask the server anew")
    }
    return result
  }
}
