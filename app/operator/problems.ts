/** Why staff can't have what they asked for, in words. */
import type { LocalText } from '../order/events.ts';
import { Refused, type Refusal } from './desk.ts';

export type Problem =
  | Refusal
  | 'notUnderstood'
  | 'notSignedIn'
  | 'notAllowed'
  | 'wrongPin'
  | 'wait'
  | 'wrongCode'
  | 'noPairing'
  | 'easyPin'
  | 'nameTaken'
  | 'lastOwner'
  | 'noSuchPerson'
  | 'noSuchProduct'
  | 'noSuchCategory'
  | 'dayNotOver'
  | 'rangeTooLong'
  | 'dayWrongWay'
  | 'tooManySessions'
  | 'reportsAway'
  | 'alreadySetUp'
  | 'noNetwork'
  | 'noTills'
  | 'onlyAtKiosk'
  | 'changeWaits'
  | 'lastSlot'
  | 'lastProduct'
  | 'productInSlot'
  | 'tooManySlots'
  | 'tooManyProducts';

const both = (ja: string, en: string): LocalText => ({ ja, en });

export const PROBLEMS: Readonly<Record<Problem, LocalText>> = {
  journalFailed: both('記録できないため、何も変更されていません', 'The journal cannot be written; nothing was changed'),
  notOpenYet: both('起動中です。少し待ってからもう一度お試しください', 'The kiosk is still starting. Try again in a moment'),
  noSuchOrder: both('その注文はありません', 'There is no such order'),
  noSuchSlot: both('そのスロットはありません', 'There is no such slot'),
  brokenRule: both(
    'この注文の記録に矛盾があります。開発元に連絡してください',
    'The records of this order contradict each other. Please report it',
  ),
  changedMeanwhile: both(
    'ほかの人が先に変更しました。今の値を確かめてからやり直してください',
    'Somebody else changed it meanwhile. Look at what it is now, then try again',
  ),
  refundImpossible: both('この金額は返金できません。注文を開き直してください', 'This amount cannot be refunded. Open the order again'),
  nothingWaits: both('この注文は確認待ちではありません', 'This order does not wait for a person'),
  notInMaintenance: both(
    '先に点検モードに入ってください（販売中のお客様が終わると入ります）',
    'Begin maintenance first; it starts when the customer at the kiosk has finished',
  ),
  noMachine: both('自販機がありません', 'There is no machine'),
  machineBusy: both('別のテスト中です', 'Another test is running'),
  machineNotReady: both('自販機の準備ができていません', 'The machine is not ready'),
  testNotRecorded: both(
    '自販機は動きましたが、記録できませんでした。取出口を見て、在庫を数え直してください',
    'The machine moved, but that could not be recorded. Look into the outlet and count the stock again',
  ),
  changeWaits: both(
    '同じものの変更が、今のお客様が終わるのを待っています。終わってからやり直してください',
    'Another change of the same thing waits for the customer at the kiosk to finish. Try again then',
  ),
  notUnderstood: both('入力に誤りがあります', 'This is not understood'),
  notSignedIn: both('サインインしてください', 'Sign in first'),
  notAllowed: both('この操作をする権限がありません', 'Your role does not allow this'),
  wrongPin: both('暗証番号が違います', 'Wrong PIN'),
  wait: both('しばらく待ってからお試しください', 'Wait before the next try'),
  wrongCode: both('コードが違います', 'Wrong code'),
  noPairing: both(
    'キオスクの画面で「端末を追加」を押し、新しいコードを表示してください',
    'On the kiosk, choose “Add a device” for a new code',
  ),
  easyPin: both('推測されやすい暗証番号です。別の番号にしてください', 'This PIN is easily guessed. Choose another'),
  nameTaken: both('同じ名前の人がいます', 'Somebody has this name already'),
  lastOwner: both('オーナーがいなくなります', 'Nobody would be owner any more'),
  noSuchPerson: both('その人はいません', 'There is no such person'),
  noSuchProduct: both('その商品はありません', 'There is no such product'),
  noSuchCategory: both('そのカテゴリーはありません', 'There is no such category'),
  dayNotOver: both('まだ終わっていない日です', 'This day is not over yet'),
  rangeTooLong: both('期間は10年までです', 'At most ten years'),
  dayWrongWay: both('期間の始まりと終わりが逆です', 'The first day is after the last'),
  tooManySlots: both('スロットは500までです', 'There is room for 500 slots'),
  tooManyProducts: both('商品は200種類までです', 'There is room for 200 products'),
  tooManySessions: both('同時に使える人数を超えています', 'Too many people are signed in'),
  reportsAway: both('注文一覧と集計は今使えません', 'Lists and reports are not available now'),
  noNetwork: both(
    'ネットワークからの利用は設定されていません（設定ファイルのoperator.lan）',
    'The console is not on the network (operator.lan in the configuration file)',
  ),
  noTills: both(
    'タブレットのレジは設定されていません（設定ファイルのoperator.lan.till）',
    'There are no tills on the network (operator.lan.till in the configuration file)',
  ),
  onlyAtKiosk: both('端末の追加は、キオスクの画面でできます', 'A device is added at the kiosk’s own screen'),
  lastSlot: both('最後のスロットはなくせません', 'The last slot stays'),
  lastProduct: both('最後の商品は削除できません', 'The last product stays'),
  productInSlot: both(
    'この商品はスロットに入っています。先にスロットの商品を入れ替えるか、スロットをなくしてください',
    'Slots hold this product. Give them another one, or remove them, first',
  ),
  alreadySetUp: both('オーナーはすでにいます', 'There is an owner already'),
};

/** What every way in answers. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem; readonly says: LocalText; readonly detail?: string; readonly wait_ms?: number };

/** Thrown where staff can't have what they asked for; nothing was changed. */
export class StaffProblem extends Error {
  readonly problem: Problem;
  readonly wait_ms: number | undefined;
  constructor(problem: Problem, more: { detail?: string; wait_ms?: number } = {}) {
    super(more.detail ?? '');
    this.name = 'StaffProblem';
    this.problem = problem;
    this.wait_ms = more.wait_ms;
  }
}

/** @returns null when the error is none of ours: a bug, to be logged */
export function answerTo(error: unknown): Answer | null {
  const problem = error instanceof StaffProblem ? error.problem : error instanceof Refused ? error.why : null;
  if (problem === null || !(error instanceof Error)) return null;
  const wait_ms = error instanceof StaffProblem ? error.wait_ms : undefined;
  const detail = error.message !== '' && error.message !== problem ? { detail: error.message } : {};
  return { ok: false, problem, says: PROBLEMS[problem], ...detail, ...(wait_ms === undefined ? {} : { wait_ms }) };
}
