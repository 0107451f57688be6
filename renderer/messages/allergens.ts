/**
 * The 28 allergens of Japan's food labels (消費者庁, 食品表示基準 別表第14 and the recommended ones) in the languages of the screens: eight
 * that must be named and twenty that should. Whoever can't read Japanese must understand exactly these words.
 */
import type { Language } from '../../app/view.ts';

type Names = Readonly<Record<Exclude<Language, 'ja' | 'ja-easy'>, string>>;
const names = (en: string, zhHans: string, zhHant: string, ko: string): Names => ({ en, 'zh-Hans': zhHans, 'zh-Hant': zhHant, ko });

const EGG = names('Egg', '鸡蛋', '雞蛋', '달걀');
const MILK = names('Milk', '牛奶', '牛奶', '우유');
const PEANUT = names('Peanut', '花生', '花生', '땅콩');
const SHRIMP = names('Shrimp, prawn', '虾', '蝦', '새우');
const CRAB = names('Crab', '螃蟹', '螃蟹', '게');
const BUCKWHEAT = names('Buckwheat (soba)', '荞麦', '蕎麥', '메밀');
const KIWI = names('Kiwi fruit', '猕猴桃', '奇異果', '키위');
const SALMON = names('Salmon', '三文鱼', '鮭魚', '연어');
const MACKEREL = names('Mackerel', '青花鱼', '鯖魚', '고등어');
const SESAME = names('Sesame', '芝麻', '芝麻', '참깨');
const SOY = names('Soybean', '大豆', '大豆', '대두(콩)');
const PEACH = names('Peach', '桃子', '桃子', '복숭아');
const YAM = names('Yam', '山药', '山藥', '참마');
const APPLE = names('Apple', '苹果', '蘋果', '사과');
const SQUID = names('Squid', '鱿鱼', '魷魚', '오징어');
const ABALONE = names('Abalone', '鲍鱼', '鮑魚', '전복');
const ROE = names('Salmon roe', '三文鱼子', '鮭魚卵', '연어알');
const WALNUT = names('Walnut', '核桃', '核桃', '호두');

/** As labels write them. */
const ALLERGENS: Readonly<Record<string, Names>> = {
  えび: SHRIMP,
  エビ: SHRIMP,
  海老: SHRIMP,
  かに: CRAB,
  カニ: CRAB,
  くるみ: WALNUT,
  クルミ: WALNUT,
  小麦: names('Wheat', '小麦', '小麥', '밀'),
  そば: BUCKWHEAT,
  ソバ: BUCKWHEAT,
  卵: EGG,
  たまご: EGG,
  玉子: EGG,
  鶏卵: EGG,
  乳: MILK,
  乳成分: MILK,
  牛乳: MILK,
  落花生: PEANUT,
  ピーナッツ: PEANUT,
  アーモンド: names('Almond', '杏仁(巴旦木)', '杏仁果', '아몬드'),
  あわび: ABALONE,
  アワビ: ABALONE,
  いか: SQUID,
  イカ: SQUID,
  いくら: ROE,
  イクラ: ROE,
  オレンジ: names('Orange', '橙子', '柳橙', '오렌지'),
  カシューナッツ: names('Cashew nut', '腰果', '腰果', '캐슈너트'),
  キウイフルーツ: KIWI,
  キウイ: KIWI,
  牛肉: names('Beef', '牛肉', '牛肉', '소고기'),
  ごま: SESAME,
  ゴマ: SESAME,
  さけ: SALMON,
  サケ: SALMON,
  鮭: SALMON,
  さば: MACKEREL,
  サバ: MACKEREL,
  大豆: SOY,
  だいず: SOY,
  鶏肉: names('Chicken', '鸡肉', '雞肉', '닭고기'),
  バナナ: names('Banana', '香蕉', '香蕉', '바나나'),
  豚肉: names('Pork', '猪肉', '豬肉', '돼지고기'),
  マカダミアナッツ: names('Macadamia nut', '夏威夷果', '夏威夷豆', '마카다미아'),
  もも: PEACH,
  モモ: PEACH,
  桃: PEACH,
  やまいも: YAM,
  山芋: YAM,
  りんご: APPLE,
  リンゴ: APPLE,
  ゼラチン: names('Gelatine', '明胶', '明膠', '젤라틴'),
};

/** @returns the name in every language, as far as it is known */
export const allergenNames = (japanese: string): Readonly<Partial<Names>> & { readonly ja: string } => ({
  ...ALLERGENS[japanese.trim()],
  ja: japanese,
});
